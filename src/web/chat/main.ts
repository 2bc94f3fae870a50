/** The chat page. */

import { pageConfig } from '../ui/config.ts'
import { startPreferences } from '../ui/preferences.ts'
import { registerWorker } from '../ui/register-worker.ts'
import { startApp } from './app.ts'

const config = pageConfig()
startPreferences(config.lang)
registerWorker(config.base)
const root = document.getElementById('app')
if (root !== null) startApp(root, config)
