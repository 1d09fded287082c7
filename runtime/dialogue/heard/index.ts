export { heardText, type SpokenPiece } from './heard-text';
