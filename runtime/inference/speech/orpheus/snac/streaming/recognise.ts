import type { ReadGraph, ReadNode } from '../../../../workers/onnx/onnx-reader';
import { type Convolution, type Layer, type Noise, type SnacLayers, type Snake, type Unit, UnknownDecoder, type Up } from './layers';

/** A node's output and what has been recognised up to there. */
interface Found<T> {
	readonly layer: T;
	readonly output: string;
}

/**
 * The layers of a SNAC 24 kHz decoder, from a graph whose constants onnxruntime has folded. Throws UnknownDecoder for anything
 * else: never a guess.
 */
export function recogniseSnac(graph: ReadGraph): SnacLayers {
	return new Recogniser(graph).all();
}

class Recogniser {
	/** Other names of a tensor: torch wraps each Snake in two Reshapes that change nothing. */
	private readonly alias = new Map<string, string>();
	private readonly users = new Map<string, ReadNode[]>();
	private readonly makers = new Map<string, ReadNode>();
	private readonly start: ReadNode;

	constructor(private readonly graph: ReadGraph) {
		const start = graph.nodes.find((node) => node.op === 'Conv' && (graph.tensors.get(node.inputs[1] ?? '')?.dims[2] ?? 1) > 1);
		if (!start) throw new UnknownDecoder('It has no convolution along time.');
		this.start = start;
		const along = new Set<string>();
		for (const node of graph.nodes) {
			for (const output of node.outputs) this.makers.set(output, node);
			const inputs = node.inputs.map((name) => this.named(name));
			if (node === start || (node.op !== 'Shape' && inputs.some((name) => along.has(name)))) node.outputs.forEach((name) => along.add(name));
			const [input = '', output = ''] = [inputs[0], node.outputs[0]];
			if ((node.op === 'Reshape' || node.op === 'Identity') && along.has(input)) this.alias.set(output, input);
			else for (const name of new Set(inputs)) this.users.set(name, [...(this.users.get(name) ?? []), node]);
		}
	}

	all(): SnacLayers {
		const layers: Layer[] = [];
		let x = this.start.inputs[0] ?? '';
		const source = x;
		for (const what of ['first', 'second']) {
			const node = this.only(x, 'Conv', what);
			layers.push({ kind: 'convolution', convolution: this.convolution(node) });
			x = outputOf(node);
		}
		for (;;) {
			const found = this.unit(x) ?? this.up(x);
			if (!found) break;
			layers.push(found.layer);
			x = found.output;
			const noise = found.layer.kind === 'up' ? this.noise(x) : undefined;
			if (noise) layers.push(noise.layer);
			x = noise?.output ?? x;
		}
		const snake = this.snake(x);
		const node = this.only(snake?.output ?? x, 'Conv', 'last');
		const convolution = this.convolution(node);
		const { outputs } = this.graph;
		const sound = this.named(outputs[0]?.name ?? '');
		if (!snake || convolution.outputs !== 1 || outputs.length !== 1 || outputOf(this.only(outputOf(node), 'Tanh', 'end')) !== sound) throw new UnknownDecoder('It does not end as SNAC does.');
		return { source, layers: [...layers, { kind: 'end', snake: snake.layer, convolution }] };
	}

	private named(name: string): string {
		return this.alias.get(name) ?? name;
	}

	private only(x: string, op: string, what: string): ReadNode {
		const [node, ...others] = (this.users.get(x) ?? []).filter((user) => user.op === op && user.domain === '');
		if (!node || others.length > 0) throw new UnknownDecoder(`Its ${what} ${op} is not where SNAC has it.`);
		return node;
	}

	private floats(name: string | undefined): Float32Array | undefined {
		const data = this.graph.tensors.get(name ?? '')?.data;
		return data instanceof Float32Array ? data : undefined;
	}

	private convolution(node: ReadNode): Convolution {
		const tensor = this.graph.tensors.get(node.inputs[1] ?? '');
		const weights = this.floats(node.inputs[1]);
		const [outputs = 0, inputs = 0, kernel = 0, ...more] = tensor?.dims ?? [];
		const { list, one } = attributesOf(node);
		const bias = node.inputs[2] ? this.floats(node.inputs[2]) : new Float32Array(outputs);
		const [dilation = 1] = list('dilations') ?? [1];
		const [left = 0, right = 0] = list('pads') ?? [0, 0];
		const plain = (list('strides')?.[0] ?? 1) === 1 && (node.attributes.get('auto_pad') ?? 'NOTSET') === 'NOTSET';
		if (!weights || !bias || kernel === 0 || more.length > 0 || !plain || left + right !== (kernel - 1) * dilation) throw new UnknownDecoder('It has a convolution of another kind.');
		return { weights, outputs, inputs, kernel, bias, dilation, groups: one('group') ?? 1, pads: [left, right] };
	}

	/** Mul with alpha, Sin, square, Mul with 1 / alpha, Add with x. */
	private snake(x: string): Found<Snake> | undefined {
		for (const scaled of this.users.get(x) ?? []) {
			const alpha = scaled.op === 'Mul' ? this.constantIn(scaled) : undefined;
			const sine = alpha && this.next(scaled, 'Sin');
			const square = sine && (this.next(sine, 'Pow') ?? this.next(sine, 'Mul'));
			if (!alpha || !sine || !square) continue;
			const [a, b] = square.inputs.map((name) => this.named(name));
			const isSquare = square.op === 'Pow' ? this.floats(b)?.every((power) => power === 2) : a === b;
			const times = this.next(square, 'Mul');
			const factor = times && this.constantIn(times);
			const sum = times && this.next(times, 'Add');
			if (isSquare !== true || !sum || factor?.length !== alpha.length || !this.reads(sum, x)) throw new UnknownDecoder('It has a Snake of another kind.');
			return { layer: { alpha, factor }, output: outputOf(sum) };
		}
		return undefined;
	}

	private unit(x: string): Found<Unit> | undefined {
		const first = this.snake(x);
		const node = first && this.users.get(first.output)?.[0];
		if (!first || node?.op !== 'Conv') return undefined;
		const wide = this.convolution(node);
		if (wide.kernel === 1 || wide.groups === 1 || wide.inputs !== 1) return undefined;
		const second = this.snake(outputOf(node));
		if (!second) throw new UnknownDecoder('It has a unit with one Snake.');
		const last = this.only(second.output, 'Conv', 'narrow');
		const narrow = this.convolution(last);
		const sum = this.next(last, 'Add');
		if (narrow.kernel !== 1 || narrow.groups !== 1 || wide.pads[0] !== wide.pads[1] || !sum || !this.reads(sum, x)) throw new UnknownDecoder('It has a unit of another kind.');
		return { layer: { kind: 'unit', first: first.layer, wide, second: second.layer, narrow }, output: outputOf(sum) };
	}

	private up(x: string): Found<Up> | undefined {
		const snake = this.snake(x);
		const node = snake && this.users.get(snake.output)?.[0];
		if (!snake || node?.op !== 'ConvTranspose') return undefined;
		const { list, one } = attributesOf(node);
		const [inputs = 0, outputs = 0, kernel = 0, ...more] = this.graph.tensors.get(node.inputs[1] ?? '')?.dims ?? [];
		const [weights, bias] = [this.floats(node.inputs[1]), node.inputs[2] ? this.floats(node.inputs[2]) : new Float32Array(outputs)];
		const [stride = 1] = list('strides') ?? [];
		const [left, right] = list('pads') ?? [];
		const plain =
			(one('group') ?? 1) === 1 &&
			(list('dilations')?.[0] ?? 1) === 1 &&
			(list('output_padding')?.[0] ?? 0) === 0 &&
			!node.attributes.has('output_shape') &&
			(node.attributes.get('auto_pad') ?? 'NOTSET') === 'NOTSET';
		if (!weights || !bias || more.length > 0 || !plain || kernel !== 2 * stride || left !== stride / 2 || right !== stride / 2) throw new UnknownDecoder('It makes sound longer in another way.');
		return { layer: { kind: 'up', snake: snake.layer, weights, inputs, outputs, bias, stride }, output: outputOf(node) };
	}

	/** x + random * (1x1 convolution of x), perhaps times constants. */
	private noise(x: string): Found<Noise> | undefined {
		const node = (this.users.get(x) ?? []).find((user) => user.op === 'Conv');
		if (!node) return undefined;
		const convolution = this.convolution(node);
		let scale = 1;
		for (let z = outputOf(node); ; ) {
			const [user, ...others] = this.users.get(z) ?? [];
			if (!user || others.length > 0) throw new UnknownDecoder('It has noise of another kind.');
			if (user.op === 'Add' && this.reads(user, x)) {
				if (convolution.kernel !== 1 || convolution.groups !== 1) throw new UnknownDecoder('It has noise of another kind.');
				return { layer: { kind: 'noise', convolution, scale }, output: outputOf(user) };
			}
			scale *= this.factorBeside(user, z);
			z = outputOf(user);
		}
	}

	/** What a Mul of the noise multiplies it by: a constant, or random numbers of this scale. */
	private factorBeside(node: ReadNode, z: string): number {
		const other = node.inputs.map((name) => this.named(name)).find((name) => name !== z) ?? '';
		const constant = this.floats(other);
		if (node.op === 'Mul' && constant?.length === 1) return constant[0] ?? 0;
		const maker = this.makers.get(other);
		const mean = maker?.attributes.get('mean') ?? 0;
		if (node.op !== 'Mul' || !maker || !RANDOM.has(maker.op) || mean !== 0) throw new UnknownDecoder('It has noise of another kind.');
		return Number(maker.attributes.get('scale') ?? 1);
	}

	private constantIn(node: ReadNode): Float32Array | undefined {
		return node.inputs.map((name) => this.floats(name)).find((data) => data !== undefined);
	}

	/** The one node that reads this one's output, if it is of that sort. */
	private next(node: ReadNode, op: string): ReadNode | undefined {
		const [user, ...others] = this.users.get(outputOf(node)) ?? [];
		return others.length === 0 && user?.op === op && user.domain === '' ? user : undefined;
	}

	private reads(node: ReadNode, x: string): boolean {
		return node.inputs.some((name) => this.named(name) === x);
	}
}

/** Nodes that make noise. */
export const RANDOM: ReadonlySet<string> = new Set(['RandomNormalLike', 'RandomNormal']);

function outputOf(node: ReadNode): string {
	return node.outputs[0] ?? '';
}

function attributesOf(node: ReadNode): { list: (name: string) => readonly number[] | undefined; one: (name: string) => number | undefined } {
	return {
		list: (name) => {
			const value = node.attributes.get(name);
			return typeof value === 'object' ? value : undefined;
		},
		one: (name) => {
			const value = node.attributes.get(name);
			return typeof value === 'number' ? value : undefined;
		},
	};
}
