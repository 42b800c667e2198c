// What a call asks for is what the sweep does with a room that has expired.
export { destroyRoom } from './steps/destroy-room.ts';
