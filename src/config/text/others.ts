export const otherLines = `
`;
