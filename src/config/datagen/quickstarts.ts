/**
 * The quickstarts of kafka-connect-datagen: its names, with our own schemas for the same records, fields and types.
 * Field contents are given as `arg.properties`.
 */

export interface Quickstart {
  /** File name of kafka-connect-datagen's own schema, which `schema.filename` may give. */
  readonly file: string
  /** Key field if `schema.keyfield` is unset. */
  readonly key: string
  /** An Avro schema. */
  readonly schema: object
}

type Type = string | object
type Fields = Readonly<Record<string, Type>>

function arg(type: Type, properties: object): object {
  const own = typeof type === 'string' ? { type } : type
  return { ...own, 'arg.properties': properties }
}

const regex = (text: string): object => arg('string', { regex: text })
const oneOf = (...options: readonly string[]): object => arg('string', { options })
const range = (type: Type, min: number, max: number): object => arg(type, { range: { min, max } })
const counting = (type: Type, start: number, step = 1): object => arg(type, { iteration: { start, step } })
const time = { type: 'long', logicalType: 'timestamp-millis' }
const date = { type: 'int', logicalType: 'date' }
const ip = regex('10\\.[1-9][0-9]?\\.[1-9][0-9]?\\.[1-9][0-9]?')
const uuidLike = (of: string): object => regex(`${of}[0-9]{2}a0c4-5b1e-4f6d-9a3c-7e2d8b4f1a60`)

function record(namespace: string, name: string, fields: Fields, options?: readonly object[]): object {
  return {
    type: 'record',
    name,
    namespace,
    ...(options && { 'arg.properties': { options } }),
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
  }
}

function nested(name: string, fields: Fields): object {
  return { type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) }
}

function quickstart(file: string, key: string, schema: object): Quickstart {
  return { file: `${file}.avro`, key, schema }
}

const registered = range('long', 1_487_715_775_521, 1_519_273_364_600)
const employees = range('int', 1000, 1100)
const vehicles = range('int', 1000, 9999)
const shops = range('int', 1, 10)
const days = range(date, 18_000, 19_000)

const user: Fields = {
  registertime: registered,
  userid: regex('User_[1-9]'),
  regionid: regex('Region_[1-9]'),
  gender: oneOf('MALE', 'FEMALE', 'OTHER'),
}

const statusCodes: readonly (readonly [number, string])[] = [
  [200, 'Success'],
  [302, 'Redirected'],
  [404, 'Page not found'],
  [405, 'Method not allowed'],
  [406, 'Not acceptable'],
  [407, 'Proxy sign-in required'],
]

const cards: readonly (readonly [number, number, number, string])[] = [
  [1, 4_000_000_000_000_002, 112, '01/28'],
  [2, 4_000_000_000_000_010, 245, '03/29'],
  [3, 4_000_000_000_000_028, 378, '07/27'],
  [4, 4_000_000_000_000_036, 401, '11/30'],
  [5, 4_000_000_000_000_044, 534, '05/28'],
  [6, 4_000_000_000_000_051, 667, '09/29'],
]

const stores: readonly (readonly [number, string, string])[] = [
  [1, 'Portland', 'OR'],
  [2, 'Denver', 'CO'],
  [3, 'Austin', 'TX'],
  [4, 'Boston', 'MA'],
  [5, 'Savannah', 'GA'],
  [6, 'Madison', 'WI'],
]

const offers: readonly (readonly [number, string, string])[] = [
  [1, 'new-driver', 'https://example.com/offers/new-driver'],
  [2, 'family', 'https://example.com/offers/family'],
  [3, 'loyal', 'https://example.com/offers/loyal'],
  [4, 'second-car', 'https://example.com/offers/second-car'],
]

const dishes: readonly (readonly [number, string, number, number])[] = [
  [1, 'pizza', 2, 11.5],
  [2, 'pizza', 1, 13.9],
  [3, 'salad', 1, 6.4],
  [4, 'dessert', 3, 4.2],
  [5, 'drink', 4, 2.5],
  [6, 'calzone', 1, 12.8],
]

/** By the name in `quickstart`. */
export const quickstarts: Readonly<Record<string, Quickstart>> = {
  clickstream_codes: quickstart(
    'clickstream_codes_schema',
    'code',
    record(
      'clickstream',
      'codes',
      { code: 'int', definition: 'string' },
      statusCodes.map(([code, definition]) => ({ code, definition })),
    ),
  ),
  clickstream: quickstart(
    'clickstream_schema',
    'ip',
    record('clickstream', 'events', {
      ip,
      userid: range('int', -1, 40),
      remote_user: oneOf('-'),
      time: counting('string', 1, 10),
      _time: counting('long', 1, 10),
      request: oneOf(
        'GET /index.html HTTP/1.1',
        'GET /products/list HTTP/1.1',
        'GET /images/logo.png HTTP/1.1',
        'POST /basket HTTP/1.1',
      ),
      status: oneOf('200', '302', '404', '405', '406', '407'),
      bytes: oneOf('278', '1289', '2048', '4096', '4006', '14096'),
      referrer: oneOf('-'),
      agent: oneOf(
        'Mozilla/5.0 (compatible; ExampleBot/1.0; +https://example.com/bot)',
        'Mozilla/5.0 (X11; Linux x86_64)',
      ),
    }),
  ),
  clickstream_users: quickstart(
    'clickstream_users_schema',
    'user_id',
    record('clickstream', 'users', {
      user_id: counting('int', 1),
      username: regex('(anna|ben|cleo|dario|eva|finn)_[0-9]{2}'),
      registered_at: range('long', 1_407_645_330_000, 1_502_339_792_000),
      first_name: 'string',
      last_name: 'string',
      city: oneOf('Lisbon', 'Oslo', 'Denver', 'Kyoto', 'Leeds', 'Lyon'),
      level: oneOf('Gold', 'Silver', 'Platinum'),
    }),
  ),
  orders: quickstart(
    'orders_schema',
    'orderid',
    record('ksql', 'orders', {
      ordertime: registered,
      orderid: counting('int', 0),
      itemid: regex('Item_[1-9][0-9]{0,2}'),
      orderunits: range('double', 0.1, 10),
      address: nested('address', {
        city: regex('City_[1-9]{0,2}'),
        state: regex('State_[1-9]{0,2}'),
        zipcode: range('long', 10_000, 99_999),
      }),
    }),
  ),
  ratings: quickstart(
    'ratings_schema',
    'rating_id',
    record('ksql', 'ratings', {
      rating_id: counting('long', 1),
      user_id: range('int', -1, 20),
      stars: range('int', 1, 5),
      route_id: range('int', 1, 9999),
      rating_time: counting('long', 1, 12),
      channel: oneOf('web', 'iOS', 'ios', 'iOS-test', 'android'),
      message: oneOf('never again', 'a good flight', 'the seat was broken', 'friendly crew', 'late, but well informed'),
    }),
  ),
  users: quickstart('users_schema', 'userid', record('ksql', 'users', user)),
  users_: quickstart(
    'users_array_map_schema',
    'userid',
    record('ksql', 'users', {
      ...user,
      interests: arg(
        { type: 'array', items: 'string' },
        {
          options: [
            ['Game', 'News'],
            ['Sport', 'Music'],
            ['Movies', 'Travel'],
          ],
        },
      ),
      contactinfo: arg(
        { type: 'map', values: 'string' },
        {
          options: [
            { phone: '5550100', city: 'Salem', state: 'OR', zipcode: '97301' },
            { phone: '5550101', city: 'Boise', state: 'ID', zipcode: '83702' },
          ],
        },
      ),
    }),
  ),
  pageviews: quickstart(
    'pageviews_schema',
    'viewtime',
    record('ksql', 'pageviews', {
      viewtime: counting('long', 1, 10),
      userid: regex('User_[1-9]'),
      pageid: regex('Page_[1-9][0-9]'),
    }),
  ),
  stock_trades: quickstart(
    'stock_trades_schema',
    'symbol',
    record('ksql', 'StockTrade', {
      side: oneOf('BUY', 'SELL'),
      quantity: range('int', 1, 5000),
      symbol: oneOf('ZAAA', 'ZBBB', 'ZCCC', 'ZDDD', 'ZEEE', 'ZFFF'),
      price: range('int', 5, 1000),
      account: oneOf('AAA111', 'BBB222', 'CCC333'),
      userid: regex('User_[1-9]'),
    }),
  ),
  inventory: quickstart(
    'inventory',
    'id',
    record('ksql', 'inventory', {
      id: counting('long', 0),
      quantity: counting('long', 0),
      productid: counting('long', 0),
    }),
  ),
  product: quickstart(
    'product',
    'id',
    record('ksql', 'product', {
      id: counting('long', 0),
      name: arg('string', { iteration: { start: 0 }, prefix: 'Product ' }),
      description: arg('string', { iteration: { start: 0 }, prefix: 'Description of product ' }),
      price: counting('double', 0),
    }),
  ),
  purchases: quickstart(
    'purchase',
    'id',
    record('datagen.example', 'purchase', {
      id: counting('long', 0),
      item_type: oneOf('lamp', 'chair', 'teapot', 'scarf', 'guitar', 'notebook', 'kettle', 'mug'),
      quantity: range('long', 1, 10),
      price_per_unit: range({ type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, 10, 50),
    }),
  ),
  transactions: quickstart(
    'transactions',
    'transaction_id',
    record('datagen.example', 'transactions', {
      transaction_id: counting('long', 1),
      card_id: range('long', 1, 24),
      user_id: regex('User_[1-9]{0,1}'),
      purchase_id: counting('long', 0),
      store_id: range('int', 1, 7),
    }),
  ),
  stores: quickstart(
    'stores',
    'store_id',
    record(
      'datagen.example',
      'stores',
      { store_id: 'int', city: 'string', state: 'string' },
      stores.map(([store_id, city, state]) => ({ store_id, city, state })),
    ),
  ),
  credit_cards: quickstart(
    'credit_cards',
    'card_id',
    record(
      'datagen.example',
      'users',
      { card_id: 'int', card_number: 'long', cvv: 'int', expiration_date: 'string' },
      cards.map(([card_id, card_number, cvv, expiration_date]) => ({ card_id, card_number, cvv, expiration_date })),
    ),
  ),
  campaign_finance: quickstart(
    'campaign_finance',
    'candidate_id',
    record('datagen', 'campaign_finance', {
      time: range('long', 1_587_715_775_521, 1_619_273_364_600),
      candidate_id: regex('[A-Z][1-9]{8}'),
      party_affiliation: oneOf('REP', 'DEM', 'IND'),
      contribution: range('int', 20, 3500),
    }),
  ),
  fleet_mgmt_description: quickstart(
    'fleet_mgmt_description',
    'vehicle_id',
    record('fleet_mgmt', 'fleet_mgmt_description', {
      vehicle_id: vehicles,
      driver_name: 'string',
      license_plate: regex('[A-Z]{2}\\d{6}[A-Z]'),
    }),
  ),
  fleet_mgmt_location: quickstart(
    'fleet_mgmt_location',
    'vehicle_id',
    record('fleet_mgmt', 'fleet_mgmt_location', {
      vehicle_id: vehicles,
      location: nested('location', {
        latitude: range('double', 37, 41),
        longitude: range('double', -122, -116),
      }),
      ts: counting(time, 1_609_459_200_000, 100_000),
    }),
  ),
  fleet_mgmt_sensors: quickstart(
    'fleet_mgmt_sensors',
    'vehicle_id',
    record('fleet_mgmt', 'fleet_mgmt_sensors', {
      vehicle_id: vehicles,
      engine_temperature: range('int', 150, 250),
      average_rpm: range('int', 1800, 5000),
    }),
  ),
  pizza_orders: quickstart(
    'pizza_orders',
    'store_id',
    record('pizza_orders', 'pizza_orders', {
      store_id: shops,
      store_order_id: counting('int', 1000),
      coupon_code: range('int', 1000, 2000),
      date: days,
      status: oneOf('accepted'),
      order_lines: arg(
        {
          type: 'array',
          items: arg(
            nested('order_line', {
              product_id: 'int',
              category: 'string',
              quantity: 'int',
              unit_price: 'double',
              net_price: 'double',
            }),
            {
              options: dishes.map(([product_id, category, quantity, unit_price]) => ({
                ...{ product_id, category, quantity, unit_price },
                net_price: Math.round(quantity * unit_price * 100) / 100,
              })),
            },
          ),
        },
        { length: { min: 1, max: 5 } },
      ),
    }),
  ),
  pizza_orders_completed: quickstart(
    'pizza_orders_completed',
    'store_id',
    record('pizza_orders', 'pizza_orders_completed', {
      store_id: shops,
      store_order_id: counting('int', 1000, 2),
      date: days,
      status: oneOf('completed'),
      rack_time_secs: range('int', 130, 230),
      order_delivery_time_secs: range('int', 1100, 2000),
    }),
  ),
  pizza_orders_cancelled: quickstart(
    'pizza_orders_cancelled',
    'store_id',
    record('pizza_orders', 'pizza_orders_cancelled', {
      store_id: shops,
      store_order_id: counting('int', 1001, 2),
      date: days,
      status: oneOf('cancelled'),
    }),
  ),
  insurance_offers: quickstart(
    'insurance_offers',
    'offer_id',
    record(
      'insurance',
      'insurance_offers',
      { offer_id: 'int', offer_name: 'string', offer_url: 'string' },
      offers.map(([offer_id, offer_name, offer_url]) => ({ offer_id, offer_name, offer_url })),
    ),
  ),
  insurance_customers: quickstart(
    'insurance_customers',
    'customer_id',
    record('insurance', 'insurance_customers', {
      customer_id: range('int', 1, 1000),
      first_name: 'string',
      last_name: 'string',
      email: 'string',
      gender: oneOf('Female', 'Male'),
      income: range('int', 20_000, 200_000),
      fico: range('int', 300, 850),
      years_active: range('int', 1, 30),
    }),
  ),
  insurance_customer_activity: quickstart(
    'insurance_customer_activity',
    'activity_id',
    record('insurance', 'insurance_customer_activity', {
      activity_id: counting('int', 1),
      customer_id: range('int', 1, 1000),
      activity_type: oneOf('web_open', 'mobile_open', 'new_account'),
      propensity_to_churn: range('double', 0.01, 1),
      ip_address: ip,
    }),
  ),
  gaming_games: quickstart(
    'gaming_games',
    'id',
    record('gaming', 'gaming_games', {
      id: range('int', 1000, 5000),
      room_name: regex('(Arcade|Survival|Puzzle) -- (Rookie|Skilled|Expert)'),
      created_date: counting(time, 1_609_459_200_000, 100_000),
    }),
  ),
  gaming_players: quickstart(
    'gaming_players',
    'player_id',
    record('gaming', 'gaming_players', { player_id: range('int', 1001, 1101), player_name: 'string', ip }),
  ),
  gaming_player_activity: quickstart(
    'gaming_player_activity',
    'player_id',
    record('gaming', 'gaming_player_activity', {
      player_id: range('int', 1001, 1101),
      game_room_id: range('int', 1000, 5000),
      points: range('int', 10, 500),
      coordinates: regex('\\[[0-9][0-9],[0-9][0-9]\\]'),
    }),
  ),
  payroll_employee: quickstart(
    'payroll_employee',
    'employee_id',
    record('payroll', 'payroll_employee', {
      employee_id: employees,
      first_name: 'string',
      last_name: 'string',
      age: range('int', 18, 68),
      // 9xx is never assigned.
      ssn: regex('9[0-9]{2}-[0-9]{2}-[0-9]{4}'),
      hourly_rate: range('int', 15, 60),
      gender: oneOf('Female', 'Male'),
      email: 'string',
    }),
  ),
  payroll_employee_location: quickstart(
    'payroll_employee_location',
    'employee_id',
    record('payroll', 'payroll_employee_location', {
      employee_id: employees,
      lab: regex('lab-\\d'),
      department_id: range('int', 1, 10),
      arrival_date: days,
    }),
  ),
  payroll_bonus: quickstart(
    'payroll_bonus',
    'employee_id',
    record('payroll', 'payroll_bonus', {
      employee_id: employees,
      bonus: range('int', 10, 50),
      ts: range(time, 1_609_459_200_000, 1_640_995_199_000),
    }),
  ),
  syslog_logs: quickstart(
    'syslog_logs',
    'host',
    record('syslogs', 'syslog_logs', {
      name: regex('[a-zA-Z]{5,8}'),
      type: oneOf('RFC5424', 'RFC3164', 'CEF', 'UNKNOWN'),
      message: regex('[a-z ]{10,15}'),
      host: ip,
      version: oneOf('3.25.1'),
      tag: oneOf('.source.s_src'),
      level: range('int', 0, 191),
      facility: oneOf('syslog', 'authpriv', 'cron'),
      severity: range('int', 0, 8),
      appName: regex('[A-Z]{5,8}'),
      remoteAddress: ip,
      rawMessage: regex('[a-z ]{10,15}'),
      processId: regex('[1-9][0-9]{6}'),
      messageId: regex('[1-9][0-9]{2}'),
      deviceVendor: regex('[a-z]{5}'),
      deviceProduct: regex('[a-z]{5}'),
      deviceVersion: oneOf('1.0', '2.0', '3.0', '4.0', '5.0'),
      ts: counting('long', 1_609_459_200_000, 100),
    }),
  ),
  device_information: quickstart(
    'device_information',
    'device_ip',
    record('device_information', 'device_information', {
      device_ip: ip,
      mac_address: regex('02(-[0-9A-F]{2}){5}'),
      owner: 'string',
    }),
  ),
  siem_logs: quickstart(
    'siem_logs',
    'hostname',
    record('siem_logs', 'siem_logs', {
      hostname: ip,
      action: oneOf('allow', 'deny'),
      l4: oneOf('tcp'),
      access_group: oneOf('group-1', 'group-2', 'group-3', 'group-4', 'admin'),
      source: nested('source', { ip, port: range('int', 10_000, 65_535) }),
      destination: nested('destination', { ip, port: range('int', 10_000, 65_535) }),
    }),
  ),
  shoes: quickstart(
    'shoes',
    'id',
    record('shoes', 'shoe_product', {
      id: uuidLike('5e'),
      brand: 'string',
      name: regex('(Trail|Road|Court|Alpine) (Runner|Walker|Pro|Light) [1-9][0-9]'),
      sale_price: range('int', 2000, 20_000),
      rating: range('double', 1, 5),
    }),
  ),
  shoe_customers: quickstart(
    'shoe_customers',
    'id',
    record('shoes', 'shoe_customers', {
      id: uuidLike('7c'),
      first_name: 'string',
      last_name: 'string',
      email: 'string',
      phone: 'string',
      street_address: 'string',
      state: 'string',
      zip_code: 'string',
      country: oneOf('United States'),
      country_code: oneOf('US'),
    }),
  ),
  shoe_orders: quickstart(
    'shoe_orders',
    'order_id',
    record('shoes', 'shoe_orders', {
      order_id: counting('int', 1000),
      product_id: uuidLike('5e'),
      customer_id: uuidLike('7c'),
      ts: counting(time, 1_609_459_200_000, 100_000),
    }),
  ),
  shoe_clickstream: quickstart(
    'shoe_clickstream',
    'product_id',
    record('shoes', 'shoe_clickstream', {
      product_id: uuidLike('5e'),
      user_id: uuidLike('7c'),
      view_time: range('int', 10, 120),
      page_url: regex('https://www\\.example\\.com/product/[a-z]{5}'),
      ip,
      ts: counting(time, 1_609_457_200_000, 10_000),
    }),
  ),
}
