/** Thrown for a decoder that is built in a way we do not know: it is decoded in windows. */
export class UnknownDecoder extends Error {}

/** A convolution along time with stride 1. */
export interface Convolution {
	/** [outputs, inputs / groups, kernel] */
	readonly weights: Float32Array;
	readonly outputs: number;
	/** Inputs of one group. */
	readonly inputs: number;
	readonly kernel: number;
	readonly bias: Float32Array;
	readonly dilation: number;
	readonly groups: number;
	/** Zeros before the start and after the end. */
	readonly pads: readonly [left: number, right: number];
}

/** x + factor sin(alpha x)^2, by channel. */
export interface Snake {
	readonly alpha: Float32Array;
	/** 1 / alpha, or nearly that. */
	readonly factor: Float32Array;
}

/** Snake, then a transposed convolution of kernel 2 * stride: `stride` times as many samples. */
export interface Up {
	readonly kind: 'up';
	readonly snake: Snake;
	/** [inputs, outputs, 2 * stride] */
	readonly weights: Float32Array;
	readonly inputs: number;
	readonly outputs: number;
	readonly bias: Float32Array;
	readonly stride: number;
}

/** x + normal noise * (1x1 convolution of x) */
export interface Noise {
	readonly kind: 'noise';
	readonly convolution: Convolution;
	readonly scale: number;
}

/** x + narrow(second snake(wide(first snake(x)))): `wide` depthwise, `narrow` 1x1. */
export interface Unit {
	readonly kind: 'unit';
	readonly first: Snake;
	readonly wide: Convolution;
	readonly second: Snake;
	readonly narrow: Convolution;
}

export type Layer =
	| { readonly kind: 'convolution'; readonly convolution: Convolution }
	| Up
	| Noise
	| Unit
	| { readonly kind: 'end'; readonly snake: Snake; readonly convolution: Convolution };

/** SNAC's decoder from where time begins to matter. */
export interface SnacLayers {
	/** What goes into the first layer: [batch, channels, 4 a frame]. */
	readonly source: string;
	readonly layers: readonly Layer[];
}
