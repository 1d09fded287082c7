import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readSource, type SourceFile } from './source-file.ts';

export interface Arrow {
	readonly from: string;
	readonly to: string;
	readonly typeOnly: boolean;
}

/** All TypeScript of the tree, with who imports whom. */
export interface House {
	readonly files: ReadonlyMap<string, SourceFile>;
	readonly arrows: readonly Arrow[];
}

export type Kind = 'production' | 'test' | 'fixture';

export function kindOf(file: string): Kind {
	if (/\.test\.ts$/.test(file)) return 'test';
	return /\.fixture\.ts$/.test(file) ? 'fixture' : 'production';
}

const FOLDERS = ['runtime', 'nodes', 'credentials', 'test', 'deploy', 'bench'];

export function readHouse(root: string): House {
	const files = new Map<string, SourceFile>();
	for (const folder of FOLDERS) {
		if (!existsSync(path.join(root, folder))) continue;
		for (const entry of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
			const file = `${folder}/${entry.split(path.sep).join('/')}`;
			if (!file.endsWith('.ts') || file.endsWith('.d.ts') || file.includes('/.output/')) continue;
			files.set(file, readSource(file, readFileSync(path.join(root, file), 'utf8')));
		}
	}
	return { files, arrows: [...files.values()].flatMap((source) => arrowsOf(source, files)) };
}

function arrowsOf(source: SourceFile, files: ReadonlyMap<string, SourceFile>): Arrow[] {
	return source.imports.flatMap(({ specifier, typeOnly }) => {
		if (!/^\.\.?(\/|$)/.test(specifier)) return [];
		const target = path.posix.join(path.posix.dirname(source.path), specifier);
		const to = [target, `${target}.ts`, target.replace(/\.js$/, '.ts'), `${target}/index.ts`].find((file) => files.has(file));
		return to === undefined ? [] : [{ from: source.path, to, typeOnly }];
	});
}
