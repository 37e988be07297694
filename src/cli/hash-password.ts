import { createHash, randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { GenesisError } from '../errors.js'
import { hashPassword } from '../rest/auth/password.js'

const tokenBytes = 32
/** Shorter ones are guessed. */
const minLength = 8

export function hashPasswordCommand(): Command {
  return new Command('hash-password')
    .description(
      'Prints the hash of a password for http.auth.users in a worker file. The password is read from standard input, so that it does not appear in process lists or the shell history.',
    )
    .option('--token', 'create a random token, and print it and its hash for http.auth.tokens')
    .addHelpText(
      'after',
      `
Examples:
  genesis hash-password < password.txt
  genesis hash-password                    # asks for the password
  genesis hash-password --token

Exit status: 0 printed; 2 no password, or it is too short.`,
    )
    .action(async ({ token }: { readonly token?: true }) => {
      if (token) process.stdout.write(newToken())
      else process.stdout.write(`${await hashPassword(checked(await readPassword()))}\n`)
    })
}

function newToken(): string {
  const token = randomBytes(tokenBytes).toString('base64url')
  return `token: ${token}\nhash: sha256:${createHash('sha256').update(token).digest('hex')}\n`
}

function checked(password: string): string {
  if (password.length >= minLength) return password
  throw new GenesisError('USAGE', password === '' ? 'no password' : 'the password is too short', {
    place: 'standard input',
    found: `${password.length} characters`,
    expected: `at least ${minLength}`,
  })
}

/** The first line, without its line break. */
async function readPassword(): Promise<string> {
  const { stdin } = process
  if (stdin.isTTY) return typed()
  stdin.setEncoding('utf8')
  let text = ''
  for await (const part of stdin) text += String(part)
  return text.split(/\r?\n/, 1)[0]
}

/** Asks on stderr, without echo. */
function typed(): Promise<string> {
  const { stdin, stderr } = process
  stderr.write('Password: ')
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  return new Promise((resolve) => {
    let text = ''
    const end = (): void => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', take)
      stderr.write('\n')
    }
    const take = (part: string): void => {
      for (const character of part) {
        if (character === '\u0003') {
          end()
          process.kill(process.pid, 'SIGINT')
          return
        }
        if (character === '\r' || character === '\n' || character === '\u0004') {
          end()
          return resolve(text)
        }
        text = character === '\u007f' || character === '\b' ? text.slice(0, -1) : text + character
      }
    }
    stdin.on('data', take)
  })
}
