export { withoutEmotionTags } from './emotion-tags';
export { SentenceSplitter } from './sentence-splitter';
export { speakable, speakableIn } from './speakable';
