/** Frames to decode, one after another. */
export interface Piece {
	/** First and one past the last frame to decode. */
	readonly from: number;
	readonly to: number;
	/** After it the frames before this one are done. */
	readonly keepTo: number;
	/** This is the end of the speech. */
	readonly last: boolean;
}

export interface Progress {
	/** Frames that have been written. */
	readonly written: number;
	/** No more will be written. */
	readonly ended: boolean;
	/** Frames done so far. */
	readonly kept: number;
	/** Frames of sound that the caller has not heard yet. */
	readonly unheard: number;
	/** How long the decoder has taken for a frame of late. */
	readonly frameMs: number;
}

/** In which pieces a speech is decoded. */
export interface Way {
	/** Samples of the frames done so far that come only with the next piece, or with the last one. */
	readonly behind: number;
	/** The next piece; undefined where it is better to wait for more frames, or where all is done. */
	next(progress: Progress): Piece | undefined;
}
