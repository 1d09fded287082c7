export { History, type HistoryLimits } from './history';
