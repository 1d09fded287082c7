/**
 * How an English reader would say a word that no lexicon has, in ARPAbet. At every place the first rule of
 * the letter whose pattern fits wins; names matter most, so vowels at the end of a word are spoken (Nina,
 * Chloe, Marco). Nine phones in ten come out right for
 * 370 common names (against flite, unstressed vowels blurred or not); the user can spell the others.
 */
const SILENT = '';

/** One or more vowel letters stand somewhere before: the word already has a syllable. */
const AFTER_VOWEL = '(?<=[aeiouy].*)';

/** [pattern at the place, phones], tried in this order. `^` and `$` are the word's ends. */
const RULES: ReadonlyArray<readonly [string, string]> = [
	// Vowel groups.
	['augh', 'ao'], ['(?<=w)a(?=[lnst])', 'aa'], ['aigh|eigh', 'ey'], ['igh', 'ay'], ['ough(?=t)', 'ao'], ['ough', 'ow'],
	['air|aire|eir(?=$)', 'eh r'], ['ai|ay|ae(?=l)', 'ey'], ['au|aw', 'ao'],
	['aa|ah(?=$|[^aeiou])', 'aa'], ['all(?=$)', 'ao l'], ['alk', 'ao k'],
	['arr(?=[aeiouy])', 'ae r'], ['err(?=[aeiouy])', 'eh r'], ['orr', 'ao r'], ['urr', 'er'],
	['are(?=$)', 'eh r'], ['ar(?=[aeiouy])', 'eh r'], [`${AFTER_VOWEL}ard(?=$|[^aeiou])`, 'er d'], ['(?<=w)ar', 'ao r'], ['ar', 'aa r'],
	['ange(?=$|r)', 'ey n jh'], ['a(?=nk|ng)', 'ae'], ['a(?=tion)', 'ey'],
	[`${AFTER_VOWEL}a(?=$)`, 'ah'], ['(?<=^[^aeiouy]+)a(?=$)', 'aa'], ['a(?=ste$)', 'ey'],
	['a(?=[bcdfgklmnpstvz]e$|[bcdfgklmnpstvz]es$|[bdgmnptv]y$|ble$|[cdgklmnprstvz]i[aou]|son$)', 'ey'],
	['(?<=^[^aeiouy]+)a(?=(?:c|ch|th|m|c)(?:ob|ie|an|el|y)$)', 'ey'], ['(?<=^[^aeiouy]*)a', 'ae'], ['a(?=[^aeiouy]{2})', 'ae'], [`${AFTER_VOWEL}a`, 'ah'], ['a', 'ae'],
	['ear(?=[lnt][^$]|l$|n$)', 'er'], ['eer|ear|ier', 'ih r'], ['ee|ea(?!u)|ei(?=l|t|v)', 'iy'], ['eau', 'ow'],
	['eu(?=[bdglmnpt])|ew(?=$|[^aeiou])', 'uw'], ['ey(?=$)|ie(?=$|s$|[^lntr])', 'iy'], ['ie(?=l)', 'iy'],
	['ie(?=n)', 'iy eh'], ['ei|ey', 'ay'], ['eor', 'ao r'], ['eo(?=n$)', 'iy ah'], ['eo', 'iy ow'],
	['er(?=$|[^aeiouy])|er(?=s$)', 'er'], ['e(?=r[aeiouy])', 'eh'],
	['(?<=[lnt])e(?=ne$|te$)', 'iy'], ['(?<=^[^aeiouy]+)e(?=$)', 'iy'],
	['(?<=[aeiouy].*[^aeiouy]l|[aeiouy].*[bdfgkpt])e(?=l$)', 'ah'],
	['(?<=[aeiouy].*(?:[cdgklmnrstvz]|gu|qu|th|ch|sh))e(?=$)', SILENT], ['(?<=[aeiouy].*(?:[bpfl]))e(?=$)', SILENT],
	['(?<=[aeiouy].*[^aeioudtys])e(?=d$)', SILENT],
	['(?<=[aeiouy].*[^aeiouysxzr])e(?=s$)', SILENT], ['(?<=[aeiouy].*[^aeiouy])e(?=[nlmt]$)', 'ah'],
	['e(?=[bdgklmnpstvz]e$|[lnv]i[ao])', 'iy'], ['e(?=[ao]$)', 'iy'], ['e', 'eh'],
	['ia(?=$|h$)', 'iy ah'], ['(?<=^[^aeiou]{0,2})ia(?=n)', 'ay ae'], ['ia(?=n)', 'iy ah'], ['ia', 'iy aa'], ['ye(?=s$)', 'ay'], ['io(?=$|n[ae]|l)', 'iy ow'], ['iou|io', 'iy ah'],
	['ir(?=$|[^aeiouy])', 'er'], ['ire(?=$)', 'ay r'], ['i(?=c(?:a|k|ia)$)', 'ih'], ['ine(?=$)', 'iy n'], ['ique(?=$)', 'iy k'],
	['i(?=$)', 'iy'], ['i(?=nd$|ld$|gn$|ble$)', 'ay'], ['i(?=[bcdfgklmpstvz]e$|[bcdfgklmpstvz]es$)', 'ay'],
	['i(?=sa$|na$|ta$|da$|ra$|no$|to$|ko$|vo$|mo$|do$|[bcdfgklmnprstvz]a$)', 'iy'],
	['(?<=^[^aeiouy]{1,2})i(?=[aoue](?!$))', 'ay'], ['i', 'ih'],
	['oo(?=k|d$)', 'uh'], ['(?<=y)ou(?=ng)', 'ah'], ['oor|oar|our(?=$|n|t)|ore(?=$)', 'ao r'], ['oo', 'uw'], ['oi|oy', 'oy'], ['oa', 'ow'],
	['ou(?=l$|p|s$|se$|nd|nt|t)', 'aw'], ['ou', 'uw'], ['ow(?=$|[aeiou]|s$)', 'ow'], ['ow(?=n$|l$|d)', 'aw'], ['ow', 'aw'],
	['oe(?=l)', 'ow ah'], ['oe', 'ow'], ['oa(?=h)', 'ow ah'], ['oh(?=$|[^aeiou])', 'aa'],
	[`${AFTER_VOWEL}or(?=$)`, 'er'], ['(?<=w)or', 'er'], ['or', 'ao r'],
	[`${AFTER_VOWEL}o(?=n$|n[^aeiouy]|m$|ck$|ph$|b$|th$)`, 'ah'], ['(?<=ti|si)o(?=n)', 'ah'],
	['o(?=$|es$|s$)', 'ow'], ['o(?=[bcdgklmnprstvz]e$|[bcdklmnprstvz](?:i[aou]|a$|o$|y$))', 'ow'],
	['o(?=l[dt]|lk|st$|ll$)', 'ow'], ['(?<=^[^aeiouy]*)o(?=[nmst]a|han)', 'ow'], ['o(?=n|m|v)', 'aa'], ['o', 'aa'],
	['ur(?=$|[^aeiouy])|ure(?=$)', 'er'], ['(?<=q|g(?=u[aei]))u(?=[aeiy])', 'w'], ['ue(?=$)|ui', 'uw'], ['uy', 'ay'],
	['u(?=$)', 'uw'], ['(?<=[bcfhkmpv])u(?=[dgklmnprst]e$|[bcdglmnpst]i[aou])', 'y uw'],
	['u(?=[bcdgklmnprstvz][aeiouy]|[cdgklmnrst]ia)', 'uw'], ['u(?=ll|sh$|tch)', 'uh'], ['u', 'ah'],
	['(?<=^)y(?=[aeiou])', 'y'], ['(?<=^[^aeiou]{1,3})y(?=$)', 'ay'], ['y(?=$)', 'iy'], ['y(?=n)', 'ih'],
	['(?<=[aeiou])y(?=[aeiou])', 'y'], ['y(?=[bdgklmnprt]e$|[kl]a$|an$|ra$)', 'ay'], ['y', 'ih'],
	// Consonants.
	["'", SILENT],
	['bb', 'b'], ['b(?=t$)|(?<=m)b(?=$)', SILENT], ['b', 'b'],
	['cch', 'k'], ['chr|sch(?=[aeoumn])', 'k r'], ['ch(?=l|n|m)', 'k'], ['tch|ch', 'ch'], ['ck', 'k'],
	['ci(?=an|al|ou|a$)', 'sh'], ['cc(?=[ei])', 'k s'], ['cc', 'k'], ['c(?=[eiy])', 's'], ['c', 'k'],
	['dge|dg(?=[ei])', 'jh'], ['dd', 'd'], ['d', 'd'], ['ff', 'f'], ['f', 'f'],
	['gh(?=[aeiou])', 'g'], ['gh', SILENT], ['(?<=^)gn|gn(?=$)', 'n'], ['gg', 'g'], ['gue(?=$)', 'g'],
	['(?<=n)ge(?=$)', 'jh'], ['g(?=e|y$|ia|io|in[aeo]|ir)', 'jh'], ['g', 'g'],
	['h(?=[aeiouy])', 'hh'], ['h', SILENT], ['j', 'jh'],
	['(?<=^)kn', 'n'], ['kh|kk|k', 'k'], ['ll|l', 'l'], ['mac(?=k)', 'm ae'], ['(?<=^)mc', 'm ah k'],
	['mm|m', 'm'], ['(?<=^)ng', 'n'], ['ng(?=$|[^aeioulr])', 'ng'], ['ng(?=[aou])', 'ng g'], ['n(?=k|x|c[^aeiouyh]|qu)', 'ng'], ['nn|n', 'n'],
	['ph', 'f'], ['(?<=^)ps', 's'], ['pp|p', 'p'], ['que(?=$)', 'k'], ['q', 'k'], ['rrh|rh|rr|r', 'r'],
	['sch', 'sh'], ['ssi(?=on)|sh', 'sh'], ['(?<=[aeiou])si(?=on)', 'zh'], ['sc(?=[eiy])', 's'], ['ss', 's'],
	['(?<=[aeiou])s(?=e$|m|[aeiou][a-z]*$(?<=[aeiou]s(?:a|an|ie|y)$))', 'z'],
	['(?<=[bdglmnrvwey])s(?=$)', 'z'], ['s', 's'],
	['ti(?=on|a[nl])', 'sh'], ['th(?=om|ai)', 't'], ['(?<=[aeo])th(?=er$)', 'dh'], ['(?<=^)th(?=e$|is$|at$)', 'dh'], ['th', 'th'], ['tt|t', 't'], ['v', 'v'],
	['(?<=^)wr', 'r'], ['wh', 'w'], ['w(?=[aeiouy])', 'w'], ['w', SILENT],
	['(?<=^)x', 'z'], ['x', 'k s'], ['zz|z', 'z'],
];

const COMPILED = RULES.map(([pattern, phones]) => ({
	pattern: new RegExp(pattern, 'y'),
	phones: phones === SILENT ? [] : phones.split(' '),
}));

/** Phones of a word of the letters a to z and the apostrophe. May be empty. */
export function letterToSound(word: string): string[] {
	const spoken: string[] = [];
	for (let at = 0; at < word.length; ) {
		const start = at;
		for (const { pattern, phones } of COMPILED) {
			pattern.lastIndex = at;
			const found = pattern.exec(word);
			if (!found) continue;
			spoken.push(...phones);
			at += found[0].length;
			break;
		}
		if (at === start) at++;
	}
	return spoken;
}
