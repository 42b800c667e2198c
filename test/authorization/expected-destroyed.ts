/** In a room that ended, by a call or by its time, after the caller came to their state. */
export const destroyed = `
                                             | join  joinExisting resume leave send  sendFree history repair recall recallOthers set   remove get   info  signal  ping  beat
never joined                                 | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
never joined, muted everywhere               | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
never joined, token expired                  | stale stale        stale  stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked, still open      | stale stale        stale  stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked                  | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, blocked everywhere, still open | block block        block  block block block    block   block  block  block        block block  block block block   block -
never joined, blocked everywhere             | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deactivated, still open        | block block        block  block block block    block   block  block  block        block block  block block block   block -
never joined, deactivated                    | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deleted                        | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, connection ended               | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection never opened                      | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
member of another room                       | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
online member                                | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
offline within the limits, same device       | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
offline within the limits, other device      | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
evicted by the 31st message                  | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
evicted after 30 s                           | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
evicted, row still there                     | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
evicted by the real-time service             | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
allowlisted, offline beyond the limits       | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
left                                         | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
other device of a member                     | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
left, other device stays                     | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
moved to another room                        | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
moved to another room, other device stays    | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
in two rooms                                 | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
blocked here                                 | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
blocked here, never joined                   | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
block over                                   | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
muted here                                   | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
muted here, exempt                           | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
muted here, never joined                     | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
mute over                                    | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
exempt from mutes                            | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
muted everywhere                             | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
muted everywhere, exempt                     | ok    gone         gone   gone  gone  gone     gone    gone   gone   gone         gone  gone   gone  gone  gone    ok    -
token expired                                | stale stale        stale  stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked, still open                    | stale stale        stale  stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked                                | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
blocked everywhere, still open               | block block        block  block block block    block   block  block  block        block block  block block block   block -
blocked everywhere                           | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
deactivated, still open                      | block block        block  block block block    block   block  block  block        block block  block block block   block -
deactivated                                  | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
deleted                                      | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection ended                             | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
found gone by a post                         | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
given up by the sweep                        | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
replaced by a later login                    | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
one connection too many                      | ended ended        ended  ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
`;
