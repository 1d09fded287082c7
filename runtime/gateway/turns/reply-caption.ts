/** Faster than anybody reads, and a fast model writes several tokens in it. */
const EVERY_MS = 50;

/**
 * The words of a reply as the caller reads them while they are written. Each showing carries the whole text, so
 * they are held back to one in EVERY_MS; the first is shown at once, and flush() shows the last.
 */
export class ReplyCaption {
	private shown = '';
	private latest = '';
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly tell: (text: string) => void) {}

	show(text: string): void {
		this.latest = text;
		if (this.timer) return;
		this.flush();
		this.timer = setTimeout(() => {
			this.timer = undefined;
			if (this.latest !== this.shown) this.show(this.latest);
		}, EVERY_MS);
	}

	/** Nothing is shown later than this, unless more is written. */
	flush(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		if (this.latest === this.shown) return;
		this.shown = this.latest;
		this.tell(this.latest);
	}
}
