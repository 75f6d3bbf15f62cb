/** Names as they stand on a British rota. */
export const FIRST_NAMES = (
  'Aaliyah Aaron Abigail Adam Adaeze Aisha Alan Alice Amelia Amir Andrew Angharad Anil Anna Arjun Ava Beatrice Ben Bronwen Callum Carys ' +
  'Catherine Charlotte Chidi Chloe Claire Daniel David Declan Deepa Dylan Edred Eilidh Elena Elizabeth Ella Emily Emma Ewan Faith Farah Fatima ' +
  'Fergus Fiona Freya George Georgia Gethin Grace Hamish Hannah Harpreet Harriet Harry Hasan Holly Ibrahim Imogen Isla Jack Jacob James Jasmine ' +
  'Joanna José Joseph Kasia Kate Kenji Kwame Laura Leila Leo Liam Lucy Magda Marek Maria Mei Mohammed Naomi Natalie Niamh Noah Nkechi Oliver ' +
  'Olivia Omar Owen Patrick Paul Poppy Priya Rachel Rahul Rebecca Rhys Rosa Ruth Ryan Sadia Sam Sarah Siân Simran Sofia Stephen Sunita Tariq ' +
  'Thomas Tomasz Victoria Wei William Yusuf Zainab Zoë'
).split(' ') as [string, ...string[]];

export const LAST_NAMES = (
  'Adeyemi Ahmed Akhtar Ali Allen Anderson Bailey Baker Barnes Begum Bell Bennett Brown Campbell Carter Chan Chapman Chen Clark Clarke Cole ' +
  'Collins Cooper Cox Das Davies Davis Dixon Edwards Ellis Evans Fernandes Fisher Foster Fox Gibson Gill Graham Grant Gray Green Griffiths Hall ' +
  'Hamilton Harris Harrison Harvey Hill Holmes Hughes Hunt Hussain Iqbal Jackson James Jenkins Johnson Jones Kaur Kelly Khan King Knight ' +
  'Kowalska Kumar Lee Lewis Lloyd MacDonald Marshall Martin Mason Matthews Mensah Miah Mills Mitchell Moore Morgan Morris Murphy Murray Nowak ' +
  'O’Brien O’Neill Okafor Okoye Owen Palmer Parker Patel Pearson Phillips Powell Price Rahman Reid Reynolds Richards Richardson Roberts ' +
  'Robertson Robinson Rogers Russell Scott Shah Sharma Shaw Silva Simpson Singh Smith Stevens Stewart Taylor Thomas Thompson Turner Walker ' +
  'Walsh Ward Watson Webb White Wilkinson Williams Wilson Wood Wright Young'
).split(' ') as [string, ...string[]];

export const SITES = ['Leeds', 'Cardiff', 'Belfast', 'Bracknell', 'Glasgow'] as [string, ...string[]];

/** `Siân O’Brien` logs in as `sian.obrien`. */
export function userId(first: string, last: string): string {
  const plain = (text: string) =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase();
  return `${plain(first)}.${plain(last)}`;
}
