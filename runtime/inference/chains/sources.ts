import type { SpeakSettings } from '../../contract/agent';
import type { StreamingRecogniser } from '../transcribe';
import type { VoiceEngine } from '../voices/voice';

/** Finds a model's recogniser. */
export interface RecogniserSource {
	/** Rejects where the model cannot hear. */
	get(model: string): Promise<StreamingRecogniser>;
}

/** Finds the voice engine that settings name. */
export interface VoiceSource {
	/** Rejects where the engine cannot speak. */
	engine(settings: SpeakSettings): Promise<VoiceEngine>;
}
