export { ToriiProvider, useAuth, useTorii } from './provider';
