/** As in `npm run units`. */
export const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });
