/**
 * `node health-check.js <port> [path]`: whether the worker in this container answers, by HTTP or HTTPS. Exit status 0:
 * it does.
 */
import { get as getByHttp } from 'node:http'
import { get as getByHttps } from 'node:https'

const [port = '8083', path = '/health'] = process.argv.slice(2)
// Whoever answers on loopback is this container: the certificate has other names.
const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, timeout: 2_500 }

function ask(get, onError) {
  const request = get(options, (response) => process.exit(response.statusCode === 200 ? 0 : 1))
  request.on('timeout', () => process.exit(1))
  request.on('error', onError)
}

ask(getByHttp, () => ask(getByHttps, () => process.exit(1)))
