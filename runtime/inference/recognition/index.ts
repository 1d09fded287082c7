export { createRecogniser } from './create-recogniser';
export type { Recognition, RecognitionListener, RecognitionStream, StreamingRecogniser } from './engine';
export { createListenEngine } from './pack/listen-engine';
