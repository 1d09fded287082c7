/**
 * The entry of `npm start`. What it starts is TypeScript, which Node 24 runs as it is: `prestart` has put a
 * Node 24 first on the PATH of npm's scripts. Node's remark that the clone's package.json does not say which
 * module system those files use is kept from the user.
 */
process.removeAllListeners('warning');
process.on('warning', (warning) => {
	if (warning.code !== 'MODULE_TYPELESS_PACKAGE_JSON') console.warn(`${warning.name}: ${warning.message}`);
});

if (Number(process.versions.node.split('.')[0]) < 24) {
	console.error('✗ Node 24 or newer is required. `npm start` uses one of its own.');
	process.exit(1);
}
await import('./start.ts');
