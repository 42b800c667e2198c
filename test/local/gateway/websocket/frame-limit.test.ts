import fc from 'fast-check';
import { expect, it } from 'vitest';
import { watchFrames } from '../../../../lib/local/gateway/websocket/frame-limit.ts';

function frame(payloadBytes: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10);
  head[0] = 0x81;
  if (head.length === 2) head[1] = mask | payloadBytes;
  if (head.length === 4) {
    head[1] = mask | 126;
    head.writeUInt16BE(payloadBytes, 2);
  }
  if (head.length === 10) {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), Buffer.alloc(payloadBytes, 0xff)]);
}

it('counts the frames over the limit, however the bytes arrive in chunks', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(65_536)), { maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.boolean(), fc.integer({ min: 1, max: 500 }), (payloads, masked, chunkBytes) => {
      const stream = Buffer.concat(payloads.map((payloadBytes) => frame(payloadBytes, masked)));
      let tooLong = 0;
      const watch = watchFrames(200, () => {
        tooLong += 1;
      });
      for (let at = 0; at < stream.length; at += chunkBytes) watch(stream.subarray(at, at + chunkBytes));
      expect(tooLong).toBe(payloads.filter((payloadBytes) => payloadBytes > 200).length);
    }),
  );
});
