import type { RpcClient } from '../../rpc/client';
import type { MediaProtocol } from '../../rpc/media-protocol';

/** Room for one media link in a process that carries sound. */
export interface MediaPlace {
	readonly client: RpcClient<MediaProtocol>;
	/** Gives the place back. Later calls do nothing. */
	release(): void;
}

/** Who carries the sound of the calls: the media processes of this machine. */
export interface MediaServer {
	/** Waits for a process that is being started. Rejects with VOICE_ERR_MEDIA_LOST or VOICE_ERR_STOPPING. */
	place(): Promise<MediaPlace>;
}
