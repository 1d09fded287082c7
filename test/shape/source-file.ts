import ts from 'typescript';

export interface Import {
	/** As it is written, such as `./turn`. */
	readonly specifier: string;
	/** Nothing of it is left when the types are gone. */
	readonly typeOnly: boolean;
}

export interface SourceFile {
	/** From the root of the tree, with forward slashes. */
	readonly path: string;
	readonly lines: number;
	readonly imports: readonly Import[];
	/** The names of what it defines and exports. What it only passes on is not among them. */
	readonly exports: ReadonlySet<string>;
	/** It awaits or sets a timer, so that the order of events matters in it. */
	readonly waits: boolean;
}

const TIMERS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const TIMER_MODULES: ReadonlySet<string> = new Set(['timers', 'node:timers', 'timers/promises', 'node:timers/promises']);

export function readSource(path: string, text: string): SourceFile {
	const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
	const values = new Set<string>();
	const imports: Import[] = [];
	let waits = false;

	function visit(node: ts.Node): void {
		if (ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node)) return;
		if (ts.isExportDeclaration(node)) {
			for (const name of passedOn(node)) values.add(name);
			return;
		}
		if (ts.isImportTypeNode(node)) {
			const { argument } = node;
			if (ts.isLiteralTypeNode(argument) && ts.isStringLiteral(argument.literal)) imports.push({ specifier: argument.literal.text, typeOnly: true });
		}
		if (ts.isIdentifier(node) && isValue(node)) values.add(node.text);
		if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) waits = true;
		if (ts.isCallExpression(node)) {
			const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require');
			const [argument] = node.arguments;
			if (loads && argument && ts.isStringLiteralLike(argument)) imports.push({ specifier: argument.text, typeOnly: false });
			const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
			if (ts.isIdentifier(called) && TIMERS.has(called.text)) waits = true;
		}
		ts.forEachChild(node, visit);
	}
	visit(source);
	for (const statement of source.statements) imports.push(...importsOf(statement, values));
	return {
		path,
		lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
		imports,
		exports: exportsOf(source),
		waits: waits || imports.some(({ specifier, typeOnly }) => !typeOnly && TIMER_MODULES.has(specifier)),
	};
}

/** `export { name }` of what was imported. */
function passedOn(node: ts.ExportDeclaration): string[] {
	if (node.isTypeOnly || node.moduleSpecifier || !node.exportClause || !ts.isNamedExports(node.exportClause)) return [];
	return node.exportClause.elements.filter((element) => !element.isTypeOnly).map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** Not in a type, and not the name of somebody's property. */
function isValue(node: ts.Identifier): boolean {
	if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return false;
	for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
		if (ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) return false;
		// "extends Base<Turn>" and "make<Turn>" are type nodes around a value.
		if (ts.isExpressionWithTypeArguments(at) && ts.isHeritageClause(at.parent)) {
			if (at.parent.token === ts.SyntaxKind.ImplementsKeyword) return false;
		} else if (ts.isTypeNode(at) && !ts.isExpressionWithTypeArguments(at)) return false;
	}
	return true;
}

function importsOf(statement: ts.Statement, values: ReadonlySet<string>): Import[] {
	if (ts.isImportEqualsDeclaration(statement)) {
		const { moduleReference } = statement;
		if (!ts.isExternalModuleReference(moduleReference) || !ts.isStringLiteral(moduleReference.expression)) return [];
		return [{ specifier: moduleReference.expression.text, typeOnly: statement.isTypeOnly || !values.has(statement.name.text) }];
	}
	if (ts.isExportDeclaration(statement)) {
		const { moduleSpecifier, exportClause } = statement;
		if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
		const named = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : undefined;
		const typeOnly = statement.isTypeOnly || (named !== undefined && named.length > 0 && named.every((element) => element.isTypeOnly));
		return [{ specifier: moduleSpecifier.text, typeOnly }];
	}
	if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
	const { importClause: clause, moduleSpecifier } = statement;
	return [{ specifier: moduleSpecifier.text, typeOnly: clause !== undefined && !isUsedAsValue(clause, values) }];
}

/** The compiler drops an import whose names stand in types only, whether it says `type` or not. */
function isUsedAsValue(clause: ts.ImportClause, values: ReadonlySet<string>): boolean {
	if (clause.isTypeOnly) return false;
	const { name, namedBindings } = clause;
	const names = name ? [name.text] : [];
	if (namedBindings && ts.isNamespaceImport(namedBindings)) names.push(namedBindings.name.text);
	else if (namedBindings) names.push(...namedBindings.elements.filter((element) => !element.isTypeOnly).map((element) => element.name.text));
	return names.some((local) => values.has(local));
}

function exportsOf(source: ts.SourceFile): Set<string> {
	const exported = new Set<string>();
	const defined = new Set<string>();
	for (const statement of source.statements) {
		const names = namesOf(statement);
		for (const name of names) defined.add(name);
		const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
		const has = (kind: ts.SyntaxKind): boolean => modifiers.some((modifier) => modifier.kind === kind);
		if (has(ts.SyntaxKind.ExportKeyword) && !has(ts.SyntaxKind.DefaultKeyword)) for (const name of names) exported.add(name);
	}
	for (const statement of source.statements) {
		if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
		for (const { name, propertyName } of statement.exportClause.elements) if (defined.has((propertyName ?? name).text)) exported.add(name.text);
	}
	return exported;
}

function namesOf(statement: ts.Statement): string[] {
	if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
	const declared =
		ts.isFunctionDeclaration(statement) ||
		ts.isClassDeclaration(statement) ||
		ts.isInterfaceDeclaration(statement) ||
		ts.isTypeAliasDeclaration(statement) ||
		ts.isEnumDeclaration(statement);
	return declared && statement.name ? [statement.name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
	if (ts.isIdentifier(name)) return [name.text];
	return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));
}
