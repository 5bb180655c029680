export { parseDocument, isAlias, isMap, isScalar, isSeq } from 'yaml';
export type { Document, Node } from 'yaml';
