export interface Customers {
  /** An integer. */
  readonly id: number
  readonly name: string
  readonly email: string
  /** An integer. */
  readonly age: number
  /** An integer. */
  readonly income: number | null
  readonly segment: 'basic' | 'premium' | 'standard'
  readonly status: 'active' | 'churned' | 'inactive'
  readonly region: 'east' | 'islands' | 'north' | 'south' | 'west'
  /** At most 2 decimals. */
  readonly lifetime_value: number
  /** A date, such as 2024-05-31. */
  readonly signup_date: string
}
