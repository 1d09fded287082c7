/** One way to say one word: the word's number and its phones as unit numbers. */
export interface Pronunciation {
	readonly word: number;
	readonly phones: readonly number[];
}

/** A place in the tree: the phones on the way to it are the beginning of some words, or all of them. */
export interface TreeNode {
	readonly index: number;
	/** The unit that leads here; -1 at the root. */
	readonly phone: number;
	readonly parent: number;
	readonly children: TreeNode[];
	/** Words that end here; several where they sound alike. */
	readonly words: number[];
}

/** The lexicon as a prefix tree. Nodes are numbered so that a parent comes before its children; 0 is the root. */
export class PhoneTree {
	readonly root: TreeNode = { index: 0, phone: -1, parent: -1, children: [], words: [] };
	readonly nodes: TreeNode[] = [this.root];

	constructor(pronunciations: Iterable<Pronunciation>) {
		for (const pronunciation of pronunciations) this.add(pronunciation);
	}

	/** The best of the words below every node: `scores` by word number in, by node number out. */
	bestBelow(scores: Float64Array): Float64Array {
		const best = new Float64Array(this.nodes.length).fill(-Infinity);
		for (let index = this.nodes.length - 1; index >= 0; index--) {
			const node = this.nodes[index] ?? this.root;
			let mine = best[index] ?? -Infinity;
			for (const word of node.words) mine = Math.max(mine, scores[word] ?? -Infinity);
			best[index] = mine;
			if (node.parent >= 0) best[node.parent] = Math.max(best[node.parent] ?? -Infinity, mine);
		}
		return best;
	}

	private add({ word, phones }: Pronunciation): void {
		let node = this.root;
		for (const phone of phones) {
			let next = node.children.find((child) => child.phone === phone);
			if (!next) {
				next = { index: this.nodes.length, phone, parent: node.index, children: [], words: [] };
				this.nodes.push(next);
				node.children.push(next);
			}
			node = next;
		}
		if (!node.words.includes(word)) node.words.push(word);
	}
}
