/** Where no room has this id, and none had. */
export const absent = `
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
`;
