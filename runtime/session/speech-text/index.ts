export { SentenceSplitter } from './sentence-splitter';
export { speakable } from './speakable';
