export { turnTimings, type TurnMarks } from './turn-timings';
