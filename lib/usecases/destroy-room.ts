// A call destroys a room as the sweep does when it has expired.
export { destroyRoom } from './steps/destroy-room.ts';
