export { parseDocument, isAlias, isMap, isScalar, isSeq, stringify } from 'yaml';
export type { Document, Node } from 'yaml';
