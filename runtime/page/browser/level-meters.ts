/** Speech lies between these; below is room noise. dBFS. */
const FLOOR_DB = -55;
const CEILING_DB = -12;
/** How much of its height a level loses per drawn frame: falls softly, rises at once. */
const FALL = 0.12;
/** A screen reader polls; it needs no sixty values a second. */
const ARIA_EVERY_MS = 500;

interface Meter {
	element: HTMLElement;
	analyser: AnalyserNode;
	samples: Float32Array<ArrayBuffer>;
	source: MediaStreamAudioSourceNode | undefined;
	level: number;
}

/** Shows how loud the caller and the agent are, for as long as a call lasts. */
export class LevelMeters {
	private readonly context = new AudioContext();
	private readonly meters: Meter[];
	private frame = 0;
	private toldAt = 0;

	/** @param elements get `--level` (0..1) and `aria-valuenow` (0..100); `<body>` gets `--<side>-level` */
	constructor(private readonly elements: { caller: HTMLElement; agent: HTMLElement }) {
		this.meters = [elements.caller, elements.agent].map((element) => {
			const analyser = this.context.createAnalyser();
			analyser.fftSize = 1024;
			return { element, analyser, samples: new Float32Array(analyser.fftSize), source: undefined, level: 0 };
		});
		void this.context.resume();
		this.draw(0);
	}

	attach(side: 'caller' | 'agent', stream: MediaStream): void {
		const meter = this.meters.find(({ element }) => element === this.elements[side]);
		if (!meter || stream.getAudioTracks().length === 0) return;
		meter.source?.disconnect();
		meter.source = this.context.createMediaStreamSource(stream);
		meter.source.connect(meter.analyser);
	}

	stop(): void {
		cancelAnimationFrame(this.frame);
		void this.context.close();
		for (const meter of this.meters) this.show(meter, 0, true);
	}

	private readonly draw = (at: number): void => {
		const tell = at - this.toldAt > ARIA_EVERY_MS;
		if (tell) this.toldAt = at;
		for (const meter of this.meters) {
			meter.analyser.getFloatTimeDomainData(meter.samples);
			meter.level = Math.max(loudness(meter.samples), meter.level - FALL);
			this.show(meter, meter.level, tell);
		}
		this.frame = requestAnimationFrame(this.draw);
	};

	private show({ element }: Meter, level: number, tell: boolean): void {
		const side = element === this.elements.caller ? 'caller' : 'agent';
		element.style.setProperty('--level', level.toFixed(3));
		document.body.style.setProperty(`--${side}-level`, level.toFixed(3));
		if (tell) element.setAttribute('aria-valuenow', String(Math.round(level * 100)));
	}
}

/** 0..1 of samples in -1..1. */
export function loudness(samples: Float32Array): number {
	let energy = 0;
	for (const sample of samples) energy += sample * sample;
	const db = 10 * Math.log10(energy / samples.length + 1e-12);
	return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
