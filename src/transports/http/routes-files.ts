/** The routes of files. */

import type { Route } from './route.ts'
import { inPath, inQuery, needed, room } from './route-fields.ts'

/** Bringing files, and getting them; which there are is a route of the room. */
export const FILE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/rooms/{room}/files',
    action: 'file.bring',
    does: 'Brings a file into a room: the body of the request, as it is. Then say it, by its id.',
    fields: { room, name: needed(inQuery('What the file is called.')) },
    bytes: 'in',
    status: 201,
    who: 'session',
    enter: 'existing',
    result: 'File',
  },
  {
    method: 'GET',
    path: '/v1/files/{id}/{name}',
    action: 'file.give',
    does: 'A file of a room that one may read: its bytes, or a part of them.',
    fields: { id: inPath('Id of the file.'), name: inPath('Its name; any will do.') },
    bytes: 'out',
    who: 'session',
    result: 'Anything',
  },
]
