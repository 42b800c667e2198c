/** In a muted room. */
export const muted = `
                                             | join  joinExisting resume      leave       send        sendFree    history repair recall recallOthers set   remove get   info  signal  ping  beat
never joined                                 | ok    ok           out         out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
never joined, muted everywhere               | ok    ok           out         out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
never joined, token expired                  | stale stale        stale       stale       stale       stale       stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked, still open      | stale stale        stale       stale       stale       stale       stale   stale  stale  stale        stale stale  stale stale stale   stale -
never joined, token revoked                  | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, blocked everywhere, still open | block block        block       block       block       block       block   block  block  block        block block  block block block   block -
never joined, blocked everywhere             | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deactivated, still open        | block block        block       block       block       block       block   block  block  block        block block  block block block   block -
never joined, deactivated                    | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, deleted                        | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
never joined, connection ended               | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection never opened                      | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
member of another room                       | ok    ok           out         out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
online member                                | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
offline within the limits, same device       | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
offline within the limits, other device      | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
evicted by the 31st message                  | ok    ok           out:offline out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
evicted after 30 s                           | ok    ok           out:offline out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
evicted, row still there                     | ok    ok           out:offline out:offline out:offline out:offline out     out    out    out          out   out    out   out   out     ok    -
evicted by the real-time service             | ok    ok           out:offline out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
allowlisted, offline beyond the limits       | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
left                                         | ok    ok           out:left    out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
other device of a member                     | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
left, other device stays                     | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
moved to another room                        | ok    ok           out:left    out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
moved to another room, other device stays    | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
in two rooms                                 | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
blocked here                                 | block block        block       out         block       block       out     out    out    out          out   out    out   out   out     ok    -
blocked here, never joined                   | block block        block       out         block       block       out     out    out    out          out   out    out   out   out     ok    -
block over                                   | ok    ok           out:blocked out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
muted here                                   | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
muted here, exempt                           | ok    ok           ok          ok          ok          ok          ok      ok     ok     theirs       ok    ok     ok    ok    ok      ok    -
muted here, never joined                     | ok    ok           out         out         out         mute        out     out    out    out          out   out    out   out   out     ok    -
mute over                                    | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
exempt from mutes                            | ok    ok           ok          ok          ok          ok          ok      ok     ok     theirs       ok    ok     ok    ok    ok      ok    -
muted everywhere                             | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
muted everywhere, exempt                     | ok    ok           ok          ok          mute        mute        ok      ok     ok     theirs       mute  mute   ok    ok    mute    ok    -
token expired                                | stale stale        stale       stale       stale       stale       stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked, still open                    | stale stale        stale       stale       stale       stale       stale   stale  stale  stale        stale stale  stale stale stale   stale -
token revoked                                | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
blocked everywhere, still open               | block block        block       block       block       block       block   block  block  block        block block  block block block   block -
blocked everywhere                           | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
deactivated, still open                      | block block        block       block       block       block       block   block  block  block        block block  block block block   block -
deactivated                                  | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
deleted                                      | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
connection ended                             | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
found gone by a post                         | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
given up by the sweep                        | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
replaced by a later login                    | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
one connection too many                      | ended ended        ended       ended       ended       ended       ended   ended  ended  ended        ended ended  ended ended ended   ended -
`;
