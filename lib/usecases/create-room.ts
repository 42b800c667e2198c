// A call creates a room as a join does.
export { createRoom, type RoomPlan } from './steps/create-room.ts';
