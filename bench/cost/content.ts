/** A name and a picture, as an app gives them. */
export const SENDER = {
  name: 'Ann Anderson',
  portrait: 'https://images.example.com/users/0123456789ab/small.png',
} as const;

/** As in `npm run units`. */
export const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });
