// What a call asks for is what a join does on the way.
export { createRoom, type RoomPlan } from './steps/create-room.ts';
