// Guards against: a page that sends its reader to a file, a folder or a section that has moved or is gone.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(__dirname).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
/** Made when something runs, so a fresh clone has none of them. */
const MADE = /^(dist|node_modules|bench\/\.output|test\/\.output|\.voice-loop)(\/|$)/;

function read(page: string): string {
	return readFileSync(path.join(root, page), 'utf8');
}

/** What stands in backticks and is meant as a path of this repository: of a top-level folder, of a file by its ending, or a folder by its slash. */
function pathsIn(text: string): string[] {
	const quoted = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, words = '']) => words);
	return quoted.filter((words) => {
		if (!/^[\w.@*-]+(\/[\w.@*-]+)*\/?$/.test(words) || !words.includes('/') || MADE.test(words)) return false;
		return existsSync(path.join(root, words.split('/')[0] ?? '')) || /\/$|\.(ts|js|mjs|cjs|json|md|txt|html|css|onnx|gguf)$/.test(words);
	});
}

function exists(base: string, wanted: string): boolean {
	if (!wanted.includes('*')) return existsSync(path.join(base, wanted));
	const folder = path.join(base, path.dirname(wanted));
	const name = new RegExp(`^${path.basename(wanted).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
	return existsSync(folder) && readdirSync(folder).some((file) => name.test(file));
}

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
	return heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-');
}

test.each(pages)('every path in %s is there', (page) => {
	const paths = pathsIn(read(page));
	// A page may leave out `runtime/`, and may name a folder once and then what is inside of it.
	const bases = [root, path.join(root, 'runtime'), path.join(root, path.dirname(page)), ...paths.map((each) => path.join(root, each)).filter(existsSync)];
	expect(paths.filter((each) => !bases.some((base) => exists(base, each)))).toEqual([]);
});

test.each(pages)('every link in %s leads somewhere', (page) => {
	const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
	const broken = links.filter((link) => {
		const [file = '', anchor] = link.split('#');
		const target = file === '' ? page : path.join(path.dirname(page), file);
		if (!existsSync(path.join(root, target))) return true;
		if (anchor === undefined) return false;
		const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
		return !headings.includes(anchor);
	});
	expect(broken).toEqual([]);
});
