/** Hands over the fields of a form as texts, and empties it; the page stays. */
export const onSubmit =
  (submitted: (fields: Readonly<Partial<Record<string, string>>>) => void) =>
  (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const form = event.currentTarget;
    submitted(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
    form.reset();
  };
