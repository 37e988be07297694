/** The process of `Frozen`. */
import { GroupMembership } from '#src/kafka/group-membership.js'
import type { GroupMembershipOptions } from '#src/kafka/group-membership.js'
import { testCluster } from './kafka.js'

const tell = (what: string): void => void process.send?.(what)

new GroupMembership(testCluster(), JSON.parse(process.argv[2]) as GroupMembershipOptions, {
  metadata: () => Buffer.from('child'),
  assign: (members) =>
    Promise.resolve(
      new Map([...members].map(([id, told]) => [id, Buffer.from(`${members.size} ${told.toString()}`)] as const)),
    ),
  joined: () => tell('joined'),
  rebalancing: () => tell('rebalancing'),
  lost: () => tell('lost'),
  trouble: (error) => tell(error === null ? 'recovered' : 'trouble'),
  failed: (error) => tell(`failed: ${error.message}`),
}).start()
