const SIGNS: Record<string, string> = { amp: '&', lt: ' < ', gt: ' > ', quot: '"', apos: "'", '#39': "'", nbsp: ' ' };

/** An ampersand that was itself encoded, however often, does not hide what it stands before. */
const ENTITY = /&(?:amp;){0,20}(amp|lt|gt|quot|apos|#39|nbsp);/g;

export const withoutEntities = (text: string): string => text.replace(ENTITY, (_found, name: string) => SIGNS[name] ?? ' ');
