// Every login system, by its name in the path and the settings.

import type { RelaySystem } from '../../kernel/relay-systems.ts'
import type { System } from '../ports.ts'
import { auth0 } from './auth0.ts'
import { authentik } from './authentik.ts'
import { authgear } from './authgear.ts'
import { cognito } from './cognito.ts'
import { keycloak } from './keycloak.ts'
import { kratos } from './kratos.ts'
import { logto } from './logto.ts'
import { supabase } from './supabase.ts'
import { zitadel } from './zitadel.ts'

export const SYSTEMS: Readonly<Record<RelaySystem, System>> = {
  supabase,
  kratos,
  logto,
  zitadel,
  authgear,
  authentik,
  keycloak,
  auth0,
  cognito,
}
