const button = document.querySelector('button');
const words = document.querySelector('#words');
const token = location.hash.slice(1);
if (!token) words.textContent = 'The end of this address is missing. Use the whole delete link.';
else button.hidden = false;
button.addEventListener('click', async () => {
  button.disabled = true;
  const told = await fetch(location.pathname.replace(/\/delete$/, ''), {
    method: 'DELETE', headers: { 'X-Delete-Token': token },
  }).then((answer) => answer.status, () => 0);
  const words_of = {
    204: 'Deleted. The link no longer shows anything.',
    404: 'Nothing was deleted: the photo is gone already, or this is not its delete link.',
  };
  words.textContent = words_of[told] ?? 'The photo could not be deleted. Try again later.';
  if (told === 204) document.querySelector('h1').textContent = document.title = 'This spatial photo is deleted';
  button.hidden = told in words_of;
  button.disabled = false;
});
