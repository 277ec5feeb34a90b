export * from 'next/navigation.js';
