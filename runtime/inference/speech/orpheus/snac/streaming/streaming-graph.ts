import { encodeOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxValue } from '../../../../workers/onnx/onnx-writer';
import type { ReadGraph } from '../../../../workers/onnx/onnx-reader';
import type { Convolution, Layer, SnacLayers, Snake, Unit, Up } from './layers';
import type { StateShape } from './state';

export interface StreamingPlan {
	/** Inputs of the codes, coarse first. */
	readonly codes: readonly string[];
	readonly states: readonly StateShape[];
	/** So many samples of what has been put in are not given out yet. */
	readonly lookAhead: number;
}

/** Names of the graph's inputs and outputs. Nothing in a published file is named like them. */
export const NAMES = {
	state: (index: number): string => `~state${index}`,
	tail: (index: number): string => `~tail${index}`,
	next: (index: number): string => `~next${index}`,
	begin: '~begin',
	end: '~end',
	take: '~take',
	sound: '~sound',
};

/** An end that no tensor reaches. */
export const ALL = 2 ** 40;
/** Axis of time: [batch, channels, 1, time]. Only with four axes does onnxruntime use its blocked kernels. */
const TIME = 3;
/** A channel with less than that is not divided by it. */
const LEAST_ALPHA = 1e-6;
const OPSET = 16;

/**
 * The decoder as a graph that takes new frames and a state, and gives new samples and the next state. Every layer that looks along
 * time keeps the end of its own input: state ++ input ++ tail, without padding. In a speech's first run the state is zeros, in
 * its last one the tail is. All samples are those of one decode of the whole speech.
 */
export function streamingGraph(graph: ReadGraph, { source, layers }: SnacLayers): { readonly bytes: Buffer; readonly plan: StreamingPlan } {
	const builder = new Builder();
	let x = builder.run('Unsqueeze', [builder.run('Slice', [source, builder.whole(0), NAMES.take, builder.whole(2)]), builder.whole(2)]);
	for (const layer of layers) x = builder.layer(x, layer);
	builder.run('Tanh', [x], {}, NAMES.sound);
	const codes = graph.inputs.map(({ name }) => name).sort();
	const before = ancestors(graph, source);
	const { states } = builder;
	const value = (name: string, channels: number): OnnxValue => ({ name, type: 'float', dims: ['batch', channels, 1, `${name} time`] });
	const flags = [NAMES.begin, NAMES.end, NAMES.take].map((name): OnnxValue => ({ name, type: 'int64', dims: [1] }));
	const bytes = encodeOnnx({
		nodes: [...before.nodes, ...builder.nodes],
		tensors: [...before.tensors, ...builder.tensors],
		inputs: [...graph.inputs.map((input) => input.bytes), ...flags, ...states.flatMap(({ channels }, index) => [value(NAMES.state(index), channels), value(NAMES.tail(index), channels)])],
		outputs: [{ name: NAMES.sound, type: 'float', dims: ['batch', 1, 'samples'] }, ...states.map(({ channels }, index) => value(NAMES.next(index), channels))],
		opset: Math.max(OPSET, graph.opset),
	});
	return { bytes, plan: { codes, states, lookAhead: builder.lag } };
}

/** All that `name` is made of, as it stands in the file and in its order. */
function ancestors({ nodes, tensors }: ReadGraph, name: string): { nodes: Uint8Array[]; tensors: Uint8Array[] } {
	const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
	const needed = new Set<string>();
	const open = [name];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (needed.has(next)) continue;
		needed.add(next);
		open.push(...(makers.get(next)?.reads ?? []));
	}
	return {
		nodes: nodes.filter(({ outputs }) => outputs.some((output) => needed.has(output))).map(({ bytes }) => bytes),
		tensors: [...tensors.values()].filter((tensor) => needed.has(tensor.name)).map(({ bytes }) => bytes),
	};
}

/** A tensor that still has to be multiplied by `scale`, by channel: the next layer's weights take that over. */
interface Scaled {
	readonly x: string;
	readonly scale?: Float32Array;
}

class Builder {
	readonly nodes: OnnxNode[] = [];
	readonly tensors: OnnxTensor[] = [];
	readonly states: StateShape[] = [];
	/** By how many samples the sound so far ends before its input does. */
	lag = 0;
	private made = 0;
	private readonly wholes = new Map<string, string>();

	layer(x: string, layer: Layer): string {
		switch (layer.kind) {
			case 'convolution':
				return this.convolution(layer.convolution, { x: this.padded(x, layer.convolution) });
			case 'up':
				return this.up(x, layer);
			case 'noise': {
				// onnxruntime ends the whole process at noise of scale 0, or less.
				if (layer.scale === 0) return x;
				const like = this.slice(x, 0, 1, 1);
				const noise = this.run('RandomNormalLike', [like], { scale: { float: Math.abs(layer.scale) } });
				return this.run('Add', [x, this.run('Mul', [noise, this.convolution(layer.convolution, { x })])]);
			}
			case 'unit':
				return this.unit(x, layer);
			case 'end': {
				const { convolution } = layer;
				const { x: sound, scale } = this.snake(this.padded(x, convolution), layer.snake);
				// One output channel: quicker with three axes.
				const flat = this.run('Squeeze', [sound, this.whole(2)]);
				const { weights, outputs, inputs, kernel, bias, dilation } = convolution;
				const scaled = byInput(weights, inputs, kernel, scale);
				return this.run('Conv', [flat, this.tensor([outputs, inputs, kernel], scaled), this.tensor([outputs], bias)], { kernel_shape: [kernel], dilations: [dilation], pads: [0, 0] });
			}
		}
	}

	run(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}, output = `~${this.made++}`): string {
		this.nodes.push({ op, inputs, outputs: [output], attributes });
		return output;
	}

	/** Whole numbers as a tensor of one axis. */
	whole(...numbers: number[]): string {
		const key = numbers.join(' ');
		const name = this.wholes.get(key) ?? this.tensor([numbers.length], BigInt64Array.from(numbers, BigInt));
		this.wholes.set(key, name);
		return name;
	}

	private tensor(dims: readonly number[], data: Float32Array | BigInt64Array): string {
		const name = `~w${this.tensors.length}`;
		this.tensors.push({ name, dims, data });
		return name;
	}

	private byChannel(values: Float32Array): string {
		return this.tensor([1, values.length, 1, 1], values);
	}

	private slice(x: string, from: number, to: number, axis = TIME): string {
		return this.run('Slice', [x, this.whole(from), this.whole(to), this.whole(axis)]);
	}

	/** state ++ x ++ tail, and the end of it for the next run. */
	private kept(x: string, shape: StateShape): string {
		const index = this.states.push(shape) - 1;
		const whole = this.run('Concat', [NAMES.state(index), x, NAMES.tail(index)], { axis: TIME });
		this.run('Slice', [whole, this.whole(-shape.hold), this.whole(ALL), this.whole(TIME)], {}, NAMES.next(index));
		return whole;
	}

	private padded(x: string, { inputs, groups, kernel, dilation, pads: [first, right] }: Convolution): string {
		if (kernel === 1) return x;
		this.lag += right;
		return this.kept(x, { channels: inputs * groups, first, hold: (kernel - 1) * dilation, right });
	}

	/** Without padding: what it needs beyond the edges is in its input. `by`: its outputs are multiplied by that. */
	private convolution({ weights, outputs, inputs, kernel, bias, dilation, groups }: Convolution, { x, scale }: Scaled, by?: Float32Array): string {
		// Depthwise ones have an input of their own for each output.
		const scaled = groups === 1 ? byInput(weights, inputs, kernel, scale) : byOutput(weights, outputs, scale);
		const constants = [this.tensor([outputs, inputs, 1, kernel], byOutput(scaled, outputs, by)), this.tensor([outputs], byOutput(bias, outputs, by))];
		return this.run('Conv', [x, ...constants], { kernel_shape: [1, kernel], dilations: [1, dilation], group: groups, pads: [0, 0, 0, 0] });
	}

	/**
	 * With p = alpha x: p + sin(p)^2, which is alpha times the file's x + sin(alpha x)^2 / alpha. Four nodes in place of five, or three
	 * where `multiplied` says that x is alpha x already.
	 */
	private snake(x: string, snake: Snake, multiplied = false): Scaled {
		if (!isFoldable(snake)) {
			const sine = this.run('Sin', [this.run('Mul', [x, this.byChannel(snake.alpha)])]);
			return { x: this.run('Add', [x, this.run('Mul', [this.run('Mul', [sine, sine]), this.byChannel(snake.factor)])]) };
		}
		const p = multiplied ? x : this.run('Mul', [x, this.byChannel(snake.alpha)]);
		const sine = this.run('Sin', [p]);
		return { x: this.run('Add', [p, this.run('Mul', [sine, sine])]), scale: snake.alpha.map((alpha) => 1 / alpha) };
	}

	/** The state is kept before the first Snake, so that the skip path finds its samples in it: Snake(0) is 0. */
	private unit(x: string, { first, wide, second, narrow }: Unit): string {
		const whole = this.padded(x, wide);
		const foldable = isFoldable(second);
		const inner = this.convolution(wide, this.snake(whole, first), foldable ? second.alpha : undefined);
		const [pad] = wide.pads;
		return this.run('Add', [this.convolution(narrow, this.snake(inner, second, foldable)), this.slice(whole, pad, -pad)]);
	}

	/** A transposed convolution as a convolution of kernel 2 that makes all `stride` samples of a place as channels. */
	private up(x: string, { snake, weights, inputs, outputs, bias, stride }: Up): string {
		const half = stride / 2;
		const { x: whole, scale } = this.snake(this.kept(x, { channels: inputs, first: 1, hold: 1, right: 1 }), snake);
		this.lag = this.lag * stride + half;
		const turned = new Float32Array(outputs * stride * inputs * 2);
		for (let input = 0; input < inputs; input++) {
			const factor = scale?.[input] ?? 1;
			for (let output = 0; output < outputs; output++) {
				for (let place = 0; place < stride; place++) {
					const from = (input * outputs + output) * 2 * stride + place;
					const to = ((output * stride + place) * inputs + input) * 2;
					turned[to] = (weights[from + stride] ?? 0) * factor;
					turned[to + 1] = (weights[from] ?? 0) * factor;
				}
			}
		}
		const channels = outputs * stride;
		const repeated = Float32Array.from({ length: channels }, (_, index) => bias[Math.floor(index / stride)] ?? 0);
		const y = this.run('Conv', [whole, this.tensor([channels, inputs, 1, 2], turned), this.tensor([channels], repeated)], { kernel_shape: [1, 2], pads: [0, 0, 0, 0] });
		const split = this.run('Reshape', [y, this.whole(0, outputs, stride, -1)]);
		const joined = this.run('Reshape', [this.run('Transpose', [split], { perm: [0, 1, 3, 2] }), this.whole(0, outputs, 1, -1)]);
		// The file cuts half a stride off the start and the end of a speech.
		const [begin, end] = [NAMES.begin, NAMES.end].map((name) => this.run('Mul', [name, this.whole(half)]));
		return this.run('Slice', [joined, begin ?? '', end ?? '', this.whole(TIME)]);
	}
}

/** Is `factor` 1 / alpha, and alpha large enough to be divided by? */
function isFoldable({ alpha, factor }: Snake): boolean {
	return alpha.every((value, channel) => Math.abs(value) >= LEAST_ALPHA && Math.abs(value * (factor[channel] ?? 0) - 1) <= 1e-5);
}

/** [outputs, inputs, kernel] times a number by input. */
function byInput(weights: Float32Array, inputs: number, kernel: number, scale: Float32Array | undefined): Float32Array {
	return scale ? weights.map((weight, at) => weight * (scale[Math.floor(at / kernel) % inputs] ?? 0)) : weights;
}

/** [outputs, ...] times a number by output. */
function byOutput(weights: Float32Array, outputs: number, scale: Float32Array | undefined): Float32Array {
	const each = weights.length / outputs;
	return scale ? weights.map((weight, at) => weight * (scale[Math.floor(at / each)] ?? 0)) : weights;
}
