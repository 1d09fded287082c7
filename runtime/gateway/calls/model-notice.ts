import type { Loading } from '../../contract/loading';
import type { PageEvent } from '../../contract/page-events';

/** What a call's page is told of its models: which they are, and which of them are still being loaded. */
export class ModelNotice {
	/** Shown below the captions; part of what a page is told first. */
	note = '';
	private loading: readonly Loading[] = [];
	private pageIsThere = false;

	constructor(private readonly tell: (event: PageEvent) => void) {}

	/** The page has just been told that its call has begun or goes on. */
	started(): void {
		this.pageIsThere = true;
		if (this.loading.length > 0) this.tellLoading();
	}

	readonly onNote = (note: string): void => {
		this.note = note;
		if (this.pageIsThere && note !== '') this.tell({ type: 'note', text: note });
	};

	/** Said once more when nothing is loaded any more. */
	readonly onLoading = (models: readonly Loading[]): void => {
		this.loading = models;
		if (this.pageIsThere) this.tellLoading();
	};

	private tellLoading(): void {
		this.tell({ type: 'loading', models: [...this.loading] });
	}
}
