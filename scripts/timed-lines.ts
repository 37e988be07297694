/** Prints lines to standard output, each after the minutes and seconds since this call. */
export function timedLines(): (line: string) => void {
  const began = performance.now()
  const two = (n: number): string => String(n).padStart(2, '0')
  return (line) => {
    const seconds = Math.floor((performance.now() - began) / 1000)
    console.log(`${two(Math.floor(seconds / 60))}:${two(seconds % 60)}  ${line}`)
  }
}
