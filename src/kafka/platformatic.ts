/**
 * The parts of @platformatic/kafka that this project uses: connections, the protocol and its requests. The package's only entry also
 * loads its clients, which compile JSON Schemas for their options: two thirds of its time to load, on every thread. So the parts are loaded
 * from the package's files instead; if a version has different files, its entry is loaded.
 */
import type * as Platformatic from '@platformatic/kafka'

const names = [
  'AuthenticationError',
  'ConfigResourceTypes',
  'Connection',
  'ConnectionStatuses',
  'FindCoordinatorKeyTypes',
  'ResponseError',
  'TimeoutError',
  'Writer',
  'addPartitionsToTxnV3',
  'crc32c',
  'createAPI',
  'createTopicsV7',
  'describeConfigsV4',
  'describeTransactionsV0',
  'endTxnV3',
  'endTxnV4',
  'fetchV12',
  'findCoordinatorV4',
  'findCoordinatorV5',
  'findCoordinatorV6',
  'heartbeatV4',
  'initProducerIdV3',
  'initProducerIdV4',
  'initProducerIdV5',
  'joinGroupV7',
  'joinGroupV8',
  'joinGroupV9',
  'leaveGroupV4',
  'leaveGroupV5',
  'listOffsetsV5',
  'listOffsetsV6',
  'listOffsetsV7',
  'listOffsetsV8',
  'listOffsetsV9',
  'listTransactionsV0',
  'metadataV9',
  'metadataV10',
  'metadataV11',
  'metadataV12',
  'syncGroupV4',
  'syncGroupV5',
] as const

type Parts = Pick<typeof Platformatic, (typeof names)[number]>

/** The parts from the files in the folder of a package's entry; null if they are not all there, or if the entry cannot be resolved. */
export async function partsOf(entry: () => string): Promise<Parts | null> {
  const files = ['errors.js', 'network/index.js', 'protocol/index.js', 'apis/index.js']
  try {
    const folder = new URL('./', entry())
    const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<object>))
    const parts = Object.assign({}, ...modules) as Parts
    return names.every((name) => name in parts) ? parts : null
  } catch {
    return null
  }
}

/** A test runner or a bundle may have no `resolve`, or no such package beside it. */
export const packageEntry = (): string => import.meta.resolve('@platformatic/kafka')

const parts: Parts = (await partsOf(packageEntry)) ?? (await import('@platformatic/kafka'))

export const {
  AuthenticationError,
  ConfigResourceTypes,
  Connection,
  ConnectionStatuses,
  FindCoordinatorKeyTypes,
  ResponseError,
  TimeoutError,
  Writer,
  addPartitionsToTxnV3,
  crc32c,
  createAPI,
  createTopicsV7,
  describeConfigsV4,
  describeTransactionsV0,
  endTxnV3,
  endTxnV4,
  fetchV12,
  findCoordinatorV4,
  findCoordinatorV5,
  findCoordinatorV6,
  heartbeatV4,
  initProducerIdV3,
  initProducerIdV4,
  initProducerIdV5,
  joinGroupV7,
  joinGroupV8,
  joinGroupV9,
  leaveGroupV4,
  leaveGroupV5,
  listOffsetsV5,
  listOffsetsV6,
  listOffsetsV7,
  listOffsetsV8,
  listOffsetsV9,
  listTransactionsV0,
  metadataV9,
  metadataV10,
  metadataV11,
  metadataV12,
  syncGroupV4,
  syncGroupV5,
} = parts

export type AuthenticationError = Platformatic.AuthenticationError
export type Connection = Platformatic.Connection
export type ResponseError = Platformatic.ResponseError
export type TimeoutError = Platformatic.TimeoutError
export type Writer = Platformatic.Writer
