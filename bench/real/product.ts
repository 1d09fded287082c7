import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { joinPcm, LISTEN_RATE, msToSamples } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { inferenceProtocol, type InferenceProtocol, type ListenEvent, type ListenInput } from '../../runtime/rpc/inference-protocol';
import type { RpcClient } from '../../runtime/rpc/client';
import { forked } from '../forked';
import { cpuMsOfAll, family } from '../processes';

/** What has been said is with the recogniser when its end is noticed. */
const SETTLE_MS = 100;
const PIECE_SAMPLES = msToSamples(100, LISTEN_RATE);

function residentBytes(pid: number): number {
	return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** The product's models in a process of their own, as the gateway asks them. */
export class Product {
	private readonly process = forked('dist/runtime/inference/main.js', inferenceProtocol, 'VOICE_ERR_INFERENCE_LOST');
	readonly client: RpcClient<InferenceProtocol> = this.process.client;

	/** Resolves when it runs, with no model yet. */
	static async start(): Promise<Product> {
		const product = new Product();
		await product.client.call('ping', {}).result;
		return product;
	}

	/** Time of a core that it and its processes have used; memory that they hold. */
	used(): { readonly coreMs: number; readonly bytes: number } {
		const all = family(this.process.child.pid ?? 0);
		return { coreMs: cpuMsOfAll(all), bytes: all.reduce((sum, pid) => sum + residentBytes(pid), 0) };
	}

	async ear(model: string): Promise<Ear> {
		return await Ear.open(this.client, model);
	}

	/** Until the first sound, until the last, and how much there is of it. */
	async speak(engine: string, text: string): Promise<{ readonly firstMs: number; readonly allMs: number; readonly soundMs: number; readonly pcm: Int16Array }> {
		const began = performance.now();
		let firstMs = Number.NaN;
		const sound: Int16Array[] = [];
		let resampler: Resampler | undefined;
		const call = this.client.call('speak', { settings: { engine } }, (event) => {
			if (event.type !== 'audio') return;
			if (Number.isNaN(firstMs)) firstMs = performance.now() - began;
			resampler ??= new Resampler(event.sampleRate, LISTEN_RATE);
			sound.push(resampler.push(event.pcm));
		});
		call.send({ type: 'piece', piece: 0, text });
		call.send({ type: 'end' });
		const { samples, sampleRate } = await call.result;
		return { firstMs, allMs: performance.now() - began, soundMs: (1000 * samples) / sampleRate, pcm: joinPcm(sound) };
	}

	async stop(): Promise<void> {
		await this.process.stop();
	}
}

/** One caller's recognition. */
export class Ear {
	private readonly finals = new Map<string, (text: string) => void>();
	private asked = 0;

	private constructor(private readonly call: ReturnType<typeof listen>) {
		call.onEvent((event) => {
			if (event.type === 'final') this.finals.get(event.id)?.(event.text);
		});
	}

	static async open(client: RpcClient<InferenceProtocol>, model: string): Promise<Ear> {
		const call = listen(client, model);
		await call.ready;
		return new Ear(call);
	}

	/** A new utterance. */
	async say(pcm: Int16Array): Promise<void> {
		this.call.send({ type: 'reset' });
		for (let from = 0; from < pcm.length; from += PIECE_SAMPLES) this.call.send({ type: 'audio', pcm: pcm.slice(from, from + PIECE_SAMPLES) });
		await pause(SETTLE_MS);
	}

	/** The text of what was said, and how long it was waited for after its end. */
	async end(): Promise<{ readonly text: string; readonly ms: number }> {
		const began = performance.now();
		const id = String(this.asked++);
		const text = await new Promise<string>((resolve, reject) => {
			this.finals.set(id, resolve);
			this.call.result.catch(reject);
			this.call.send({ type: 'flush', id });
		});
		return { text, ms: performance.now() - began };
	}

	async close(): Promise<void> {
		this.call.send({ type: 'close' });
		await this.call.result;
	}
}

function listen(client: RpcClient<InferenceProtocol>, model: string) {
	let heard: (event: ListenEvent) => void = () => undefined;
	let isReady = (): void => undefined;
	const opened = new Promise<void>((resolve) => (isReady = resolve));
	const call = client.call('listen', { settings: { model, language: 'en' } }, (event) => (event.type === 'ready' ? isReady() : heard(event)));
	const { result } = call;
	return { result, send: (input: ListenInput) => call.send(input), ready: Promise.race([opened, result]), onEvent: (listener: typeof heard) => (heard = listener) };
}
