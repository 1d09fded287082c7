export { withoutEmotionTags } from './emotion-tags';
export { SentenceSplitter } from './sentence-splitter';
export { speakableIn } from './speakable';
