/** In a room that was destroyed and created again after the caller came to their state. */
export const recreated = `
                                             | join  joinExisting resume        leave send  sendFree history repair recall recallOthers set   remove get   info  signal  ping  beat
never joined                                 | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
never joined, muted everywhere               | ok    ok           out           out   out   mute     out     out    out    out          out   out    out   out   out     ok    -
never joined, token expired                  | stale stale        stale         stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked, still open      | stale stale        stale         stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked                  | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, blocked everywhere, still open | block block        block         block block block    block   block  block  block        block block  block block block   block -
never joined, blocked everywhere             | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deactivated, still open        | block block        block         block block block    block   block  block  block        block block  block block block   block -
never joined, deactivated                    | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deleted                        | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, connection ended               | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection never opened                      | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
member of another room                       | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
online member                                | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
offline within the limits, same device       | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
offline within the limits, other device      | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
evicted by the 31st message                  | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
evicted after 30 s                           | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
evicted, row still there                     | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
evicted by the real-time service             | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
allowlisted, offline beyond the limits       | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
left                                         | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
other device of a member                     | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
left, other device stays                     | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
moved to another room                        | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
moved to another room, other device stays    | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
in two rooms                                 | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
blocked here                                 | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
blocked here, never joined                   | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
block over                                   | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
muted here                                   | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
muted here, exempt                           | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
muted here, never joined                     | ok    ok           out           out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
mute over                                    | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
exempt from mutes                            | ok    ok           out:destroyed out   out   ok       out     out    out    out          out   out    out   out   out     ok    -
muted everywhere                             | ok    ok           out:destroyed out   out   mute     out     out    out    out          out   out    out   out   out     ok    -
muted everywhere, exempt                     | ok    ok           out:destroyed out   out   mute     out     out    out    out          out   out    out   out   out     ok    -
token expired                                | stale stale        stale         stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked, still open                    | stale stale        stale         stale stale stale    stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked                                | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
blocked everywhere, still open               | block block        block         block block block    block   block  block  block        block block  block block block   block -
blocked everywhere                           | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
deactivated, still open                      | block block        block         block block block    block   block  block  block        block block  block block block   block -
deactivated                                  | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
deleted                                      | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection ended                             | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
found gone by a post                         | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
given up by the sweep                        | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
replaced by a later login                    | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
one connection too many                      | ended ended        ended         ended ended ended    ended   ended  ended  ended        ended ended  ended ended ended   ended -
`;
